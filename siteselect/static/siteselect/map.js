/* The map's face in the browser. Python sends data only, as JSON; every word from outside is set
   with textContent, never as HTML, so that a name can hold anything and still only be read. */
(function () {
  "use strict";

  const PANES = { ground: 150, rasters: 250, areas: 400, places: 430, sites: 450 };
  const LEGEND_PX = 158;
  const FOCUS_ZOOM = 14;

  /* Symbols, as SVG path text around (x, y) with radius r. */
  const SHAPES = {
    circle: (x, y, r) => `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`,
    square: (x, y, r) => `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
    diamond: (x, y, r) => `M${x},${y - 1.3 * r}l${1.2 * r},${1.3 * r}l${-1.2 * r},${1.3 * r}l${-1.2 * r},${-1.3 * r}z`,
    triangle: (x, y, r) => `M${x},${y - 1.2 * r}l${1.2 * r},${2.1 * r}h${-2.4 * r}z`,
    plus: (x, y, r) => `M${x - r},${y}h${2 * r}M${x},${y - r}v${2 * r}`,
    crossed: (x, y, r) => {
      const d = 0.7 * r;
      return SHAPES.circle(x, y, r) + `M${x - d},${y - d}l${2 * d},${2 * d}M${x + d},${y - d}l${-2 * d},${2 * d}`;
    },
  };

  /* A point drawn as one of the shapes; needs an SVG renderer. */
  function symbolClass() {
    return L.CircleMarker.extend({
      _updatePath: function () {
        const p = this._point, r = this._radius;
        this._renderer._setPath(this, this._empty() ? "M0 0" : SHAPES[this.options.shape](p.x, p.y, r));
      },
    });
  }

  function lines(texts) {
    const box = document.createElement("div");
    texts.forEach((text, place) => {
      const line = document.createElement(place === 0 ? "strong" : "div");
      line.textContent = text;
      box.appendChild(line);
    });
    return box;
  }

  function state(map) {
    if (!map.siteselect) {
      map.siteselect = { overlays: { plant_noise: L.layerGroup() }, streets: L.layerGroup(), turn: null, Symbol: symbolClass() };
    }
    return map.siteselect;
  }

  function prepare(map, spec) {
    Object.entries(PANES).forEach(([name, height]) => {
      map.createPane(name).style.zIndex = height;
    });
    const frame = map.getContainer();
    frame.style.height = `${frame.clientHeight - LEGEND_PX}px`;
    map.invalidateSize({ animate: false });
    map.getPane("ground").style.pointerEvents = "none";
    map.getPane("rasters").style.pointerEvents = "none";
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", spec.label);
    map.attributionControl.setPrefix("Leaflet");
    spec.credits.forEach((credit) => {
      const box = document.createElement("span");
      box.textContent = credit;
      map.attributionControl.addAttribution(box.innerHTML);
    });
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    const known = state(map);
    known.ground = L.canvas({ pane: "ground", padding: 0.3 });
    known.areas = L.canvas({ pane: "areas", padding: 0.3 });
    known.places = L.svg({ pane: "places" });
    known.marks = L.svg({ pane: "sites" });
    const fit = () => {
      map.fitBounds(spec.bounds, { padding: [16, 16], maxZoom: 16, animate: false });
      if (known.focus) look(map, known.focus, false);
    };
    // The page may still be finding its width: fit again, until the reader takes the map in hand.
    ["pointerdown", "wheel", "keydown"].forEach((sign) => {
      frame.addEventListener(sign, () => map.off("resize", fit), { once: true, capture: true });
    });
    map.on("resize", fit);
    fit();
  }

  function look(map, focus, animate) {
    map.setView([focus.lat, focus.lon], Math.max(map.getZoom(), FOCUS_ZOOM), { animate: animate });
  }

  function ground(map, spec) {
    const known = state(map);
    const draw = (data) => {
      data.features.forEach((feature) => {
        const style = spec.styles[feature.properties.kind];
        if (style) {
          L.geoJSON(feature, { style: style, interactive: false, renderer: known.ground, pane: "ground" }).addTo(map);
        }
        const street = spec.streets[feature.properties.kind];
        if (street) {
          L.geoJSON(feature, { style: street, interactive: false, renderer: known.areas, pane: "areas" }).addTo(known.streets);
        }
      });
      map.getContainer().dataset.basemap = "drawn";
    };
    if (spec.data) {
      draw(spec.data);
      return;
    }
    fetch(spec.url)
      .then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(draw)
      .catch(() => {
        map.getContainer().dataset.basemap = "failed";
        map.attributionControl.addAttribution("base map could not be loaded");
      });
  }

  function overlay(map, spec) {
    const known = state(map);
    let layer;
    if (spec.form === "image") {
      layer = L.imageOverlay(spec.url, spec.bounds, { pane: "rasters", opacity: 0.6, className: "siteselect-raster" });
    } else if (spec.form === "streets") {
      layer = known.streets;
    } else if (spec.form === "routes") {
      layer = L.layerGroup();
    } else {
      const points = spec.form === "points";
      const style = (feature) => Object.assign({ pane: points ? "places" : "areas" }, spec.styles[feature.properties.style]);
      layer = L.geoJSON(spec.data, {
        renderer: points ? known.places : known.areas,
        pane: points ? "places" : "areas",
        style: style,
        pointToLayer: (feature, at) => (points
          ? new known.Symbol(at, Object.assign({ renderer: known.places }, style(feature)))
          : L.circleMarker(at, Object.assign({ renderer: known.areas, radius: 4 }, style(feature)))),
        onEachFeature: (feature, drawn) => drawn.bindTooltip(lines(feature.properties.lines), { sticky: true }),
      });
    }
    known.overlays[spec.key] = layer;
    return layer;
  }

  /* Draws the ways of the leading sites anew, into the overlay of their kind. */
  function routes(map, group, spec) {
    const known = state(map);
    Object.entries(spec.data).forEach(([kind, data]) => {
      const layer = known.overlays[`route_${kind}`];
      if (!layer) return;
      layer.clearLayers();
      L.geoJSON(data, {
        renderer: known.areas,
        pane: "areas",
        style: (feature) => spec.styles[kind][feature.properties.style],
        onEachFeature: (feature, drawn) => drawn.bindTooltip(lines(feature.properties.lines), { sticky: true }),
      }).addTo(layer);
    });
  }

  /* Lays the plant's noise round the chosen site, or takes it away; looks at it where it is new. */
  function contour(map, group, spec) {
    const layer = state(map).overlays.plant_noise;
    const before = map.hasLayer(layer);
    layer.clearLayers();
    map.getContainer().dataset.contour = spec ? spec.site : "";
    if (!spec) {
      map.removeLayer(layer);
      return;
    }
    const drawn = { pane: "rasters", opacity: spec.opacity, className: "siteselect-raster", alt: spec.label };
    L.imageOverlay(spec.url, spec.bounds, drawn).addTo(layer);
    layer.addTo(map);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!before) map.fitBounds(spec.bounds, { padding: [16, 16], maxZoom: 18, animate: !still });
  }

  /* Draws all sites anew; called at every change of weights or selection. */
  function sites(map, group, spec) {
    const known = state(map);
    spec.sites.forEach((site) => {
      const at = L.latLng(site.lat, site.lon);
      const mark = site.label ? labelled(site, at, spec) : plain(known, site, at, spec);
      mark.feature = { type: "Feature", properties: { site: site.id } };
      mark.bindTooltip(lines(site.lines), { direction: "top", offset: [0, -8] });
      // A stamp makes a second click on the same site a new event for Python.
      mark.on("click", () => { mark.feature.properties.stamp = Date.now(); });
      mark.addTo(group);
      if (site.id === spec.selected) {
        L.circleMarker(at, Object.assign({ renderer: known.marks, pane: "sites", interactive: false }, spec.halo)).addTo(group);
        L.circleMarker(at, Object.assign({ renderer: known.marks, pane: "sites", interactive: false }, spec.ring)).addTo(group);
      }
    });
    map.getContainer().dataset.selected = spec.selected || "";
    if (spec.focus && spec.focus.turn !== known.turn) {
      known.turn = spec.focus.turn;
      known.focus = spec.focus;
      look(map, spec.focus, !window.matchMedia("(prefers-reduced-motion: reduce)").matches);
    }
  }

  function plain(known, site, at, spec) {
    const style = Object.assign({ renderer: known.marks, pane: "sites" }, spec.styles[site.style]);
    return new known.Symbol(at, style);
  }

  function labelled(site, at, spec) {
    const style = spec.styles[site.style];
    const badge = document.createElement("span");
    badge.textContent = site.label;
    badge.style.background = style.fillColor;
    badge.style.color = site.ink;
    badge.style.borderStyle = style.dashArray ? "dashed" : "solid";
    const icon = L.divIcon({ html: badge, className: "siteselect-badge", iconSize: [26, 26] });
    const mark = L.marker(at, { icon: icon, alt: site.lines.join(", "), riseOnHover: true, zIndexOffset: 1000 - 10 * site.place });
    mark.on("add", () => { mark.getElement().setAttribute("aria-label", site.lines.join(", ")); });
    mark.on("keypress", (event) => {
      if (event.originalEvent.key === "Enter") mark.fire("click", { latlng: at }, true);
    });
    return mark;
  }

  function swatch(item) {
    const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    box.setAttribute("width", "22");
    box.setAttribute("height", "16");
    box.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const forms = { line: "M1,8h20", area: "M2,2h18v12h-18z" };
    path.setAttribute("d", forms[item.shape] || SHAPES[item.shape](11, 8, 5.5));
    path.setAttribute("fill", item.shape === "line" || item.shape === "plus" ? "none" : item.style.fillColor || "none");
    path.setAttribute("fill-opacity", item.style.fillOpacity === undefined ? 1 : item.style.fillOpacity);
    path.setAttribute("stroke", item.style.color || "none");
    path.setAttribute("stroke-width", Math.min(item.style.weight || 1, 4));
    if (item.style.dashArray) path.setAttribute("stroke-dasharray", item.style.dashArray);
    box.appendChild(path);
    return box;
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function ramp(spec) {
    const box = make("div", "siteselect-ramp");
    spec.colours.forEach((colour) => {
      const step = make("span");
      step.style.background = colour;
      box.appendChild(step);
    });
    const ticks = make("div", "siteselect-ticks");
    spec.ticks.forEach((tick) => ticks.appendChild(make("span", "", tick)));
    const both = make("div");
    both.append(box, ticks);
    return both;
  }

  function entries(items) {
    const list = make("ul");
    items.forEach((item) => {
      const row = make("li");
      row.append(swatch(item), make("span", "", item.label));
      list.appendChild(row);
    });
    return list;
  }

  /* The legend stands under the map, so that it never covers a site. */
  function legend(map, spec) {
    const known = state(map);
    const box = make("div", "siteselect-legend");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Legend of the map");
    const scores = make("section");
    scores.append(make("h2", "", spec.title), ramp(spec.ramp), entries(spec.items));
    const columns = make("div", "siteselect-columns");
    columns.appendChild(scores);
    const parts = spec.parts.map((part) => {
      const section = make("section");
      section.append(make("h2", "", part.title), entries(part.items));
      columns.appendChild(section);
      return [known.overlays[part.key], section];
    });
    box.appendChild(columns);
    if (spec.note) box.appendChild(make("p", "", spec.note));
    const follow = () => parts.forEach(([layer, section]) => { section.hidden = !map.hasLayer(layer); });
    map.on("layeradd layerremove", follow);
    follow();
    map.getContainer().after(box);
  }

  window.siteselectMap = { prepare, ground, overlay, routes, contour, sites, legend };
})();

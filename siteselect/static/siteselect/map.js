/* The map's face in the browser. Python sends data only, as JSON; every word from outside is set
   with textContent, never as HTML, so that a name can hold anything and still only be read. */
(function () {
  "use strict";

  const PANES = { ground: 150, tiles: 160, rasters: 250, areas: 400, places: 430, sites: 450 };
  const LEGEND_PX = 174;
  const TILES_FAIL_AT = 4;
  const { MapSymbol, lines, state, load, credit, still, look } = siteselectShared;

  function prepare(map, spec) {
    Object.entries(PANES).forEach(([name, height]) => {
      map.createPane(name).style.zIndex = height;
    });
    const frame = map.getContainer();
    frame.style.height = `${frame.clientHeight - LEGEND_PX}px`;
    map.invalidateSize({ animate: false });
    ["ground", "tiles", "rasters"].forEach((name) => { map.getPane(name).style.pointerEvents = "none"; });
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", spec.words.label);
    map.attributionControl.setPrefix("Leaflet");
    spec.credits.forEach((words) => credit(map, words));
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    const known = state(map);
    Object.assign(known, { words: spec.words, looks: spec.looks, marks: spec.marks });
    known.ground = L.canvas({ pane: "ground", padding: 0.3 });
    known.areas = L.canvas({ pane: "areas", padding: 0.3 });
    known.symbols = L.svg({ pane: "places" });
    known.rings = L.svg({ pane: "sites" });
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

  function ground(map, source, looks) {
    const known = state(map), frame = map.getContainer();
    const draw = (data) => {
      data.features.forEach((feature) => {
        const style = looks.styles[feature.properties.kind];
        if (style) {
          L.geoJSON(feature, { style: style, interactive: false, renderer: known.ground, pane: "ground" }).addTo(map);
        }
        const street = looks.streets[feature.properties.kind];
        if (street) {
          L.geoJSON(feature, { style: street, interactive: false, renderer: known.areas, pane: "areas" }).addTo(known.streets);
        }
      });
      frame.dataset.basemap = "drawn";
    };
    load(source, "json").then(draw).catch(() => {
      frame.dataset.basemap = "failed";
      credit(map, known.words.no_ground);
    }).finally(() => known.later.forEach((fetchIt) => fetchIt()));
  }

  /* A background from elsewhere; where it cannot be reached it goes, and says so. */
  function tiles(map, spec) {
    const layer = L.tileLayer(spec.url, { pane: "tiles", maxZoom: map.getMaxZoom() });
    let failed = 0;
    credit(map, spec.credit);
    layer.on("tileerror", () => {
      failed += 1;
      if (failed === TILES_FAIL_AT) {
        map.removeLayer(layer);
        credit(map, state(map).words.no_tiles);
      }
    });
    return layer;
  }

  /* A layer is drawn when it is first shown; its data are fetched once the base map is there. */
  function overlay(map, spec, source) {
    const known = state(map);
    const layer = spec.form === "streets" ? known.streets : L.layerGroup();
    known.overlays[spec.key] = layer;
    layer.styles = spec.styles;
    if (!source) return layer;
    let data = null, asked = false, drawn = false;
    const draw = () => {
      if (!data || drawn || !map.hasLayer(layer)) return;
      drawn = true;
      drawing(known, spec.form, data).addTo(layer);
    };
    const fetchIt = () => {
      if (asked) return;
      asked = true;
      load(source, "json").then((found) => { data = found; draw(); }).catch(() => { asked = false; });
    };
    layer.on("add", () => { fetchIt(); draw(); });
    known.later.push(fetchIt);
    return layer;
  }

  function drawing(known, form, data) {
    if (form === "image") {
      return L.imageOverlay(data.url, data.bounds, { pane: "rasters", opacity: 0.6, className: "siteselect-raster" });
    }
    const points = form === "points", pane = points ? "places" : "areas";
    const style = (feature) => Object.assign({ pane: pane }, data.styles[feature.properties.style]);
    return L.geoJSON(data.data, {
      renderer: points ? known.symbols : known.areas,
      pane: pane,
      style: style,
      pointToLayer: (feature, at) => (points
        ? new MapSymbol(at, Object.assign({ renderer: known.symbols }, style(feature)))
        : L.circleMarker(at, Object.assign({ renderer: known.areas, radius: 4 }, style(feature)))),
      onEachFeature: tell,
    });
  }

  /* What a feature is, to be read under the mouse or, where there is none, after a tap. */
  function tell(feature, drawn) {
    drawn.bindTooltip(lines(feature.properties.lines), { sticky: true, className: "siteselect-feature" });
    drawn.bindPopup(lines(feature.properties.lines), { maxWidth: 240 });
    drawn.on("popupopen", () => drawn.closeTooltip());
    // Without this the whole feature would be sent to the server at a click.
    drawn.toGeoJSON = null;
  }

  /* Draws the ways of the leading sites anew, into the overlay of their kind. */
  function routes(map, group, spec) {
    const known = state(map);
    if (known.routes === spec.hash) return;
    known.routes = spec.hash;
    Object.entries(spec.data).forEach(([kind, data]) => {
      const layer = known.overlays[`route_${kind}`];
      if (!layer) return;
      layer.clearLayers();
      L.geoJSON(data, {
        renderer: known.areas,
        pane: "areas",
        style: (feature) => layer.styles[feature.properties.style],
        onEachFeature: tell,
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
    if (!before) map.fitBounds(spec.bounds, { padding: [16, 16], maxZoom: 18, animate: !still() });
  }

  window.siteselectMap = { prepare, ground, tiles, overlay, routes, contour, ...siteselectMarks, ...siteselectLegend };
})();

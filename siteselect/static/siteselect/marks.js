/* The sites: their badges and rings, what is told of them, and clicks on them. */
(function () {
  "use strict";

  const { SHAPES, MapSymbol, lines, make, state, load, credit, still, look, bytes, fill } = siteselectShared;

  /* Takes where the sites lie and what they are called, which no weight can change. */
  function places(map, where, names) {
    const known = state(map), frame = map.getContainer();
    const field = known.field = new siteselectSites.Field(known.looks, SHAPES, { pane: "sites", padding: 0.1 });
    field.on("painted", () => {
      frame.dataset.repaints = field.repaints;
      frame.dataset.shown = field.inCells ? "cells" : "points";
      if (known.entries.cells) known.entries.cells.hidden = !field.inCells;
    });
    field.addTo(map);
    follow(map);
    load(where, "arrayBuffer").then((content) => {
      known.base = new Int32Array(content);
      dress(map);
    }).catch(() => credit(map, known.words.no_places));
    load(names, "json").then((found) => {
      known.names = found;
      known.failed = new Map(found.failed);
      dress(map);
    }).catch(() => {});
  }

  /* Takes how the sites look now; called at every change of weights or selection. */
  function sites(map, group, spec) {
    const known = state(map), frame = map.getContainer();
    Object.assign(known, { group: group, spec: spec });
    known.told = new Map(spec.few.map(([row, ...numbers]) => [row, numbers]));
    known.all = spec.all ? bytes(spec.all) : null;
    frame.dataset.selected = spec.selected || "";
    frame.classList.toggle("siteselect-placing", spec.placing);
    if (known.entries.drawn) known.entries.drawn.hidden = spec.drawn.length === 0;
    put(map, spec.placing ? spec.position : null);
    dress(map);
    if (spec.focus && spec.focus.turn !== known.turn) {
      known.turn = spec.focus.turn;
      known.focus = spec.focus;
      look(map, spec.focus, !still());
    }
    // Streamlit's script for components adds the theme anew at every run and never takes one away.
    const themes = [...document.head.querySelectorAll("style")].filter((one) => one.textContent.includes("--primary-color:"));
    themes.slice(0, -1).forEach((one) => one.remove());
  }

  function dress(map) {
    const known = state(map), spec = known.spec, field = known.field;
    if (!spec || !known.base) return;
    const more = spec.more ? spec.more.places : "";
    if (!field.units || known.more !== more) {
      known.more = more;
      const added = new Int32Array(bytes(more).buffer);
      const units = new Int32Array(known.base.length + added.length);
      units.set(known.base);
      units.set(added, known.base.length);
      field.place(units);
    }
    field.mark(spec.letters);
    // What an open tooltip says may have been true before only.
    known.hide();
    known.group.clearLayers();
    const ring = (row, style) => new MapSymbol(field.latLng(row), Object.assign(
      { renderer: known.rings, pane: "sites", interactive: false, shape: "circle" }, style)).addTo(known.group);
    spec.drawn.forEach((row) => ring(row, known.marks.drawn));
    if (spec.row !== null) ["halo", "ring"].forEach((mark) => ring(spec.row, known.marks[mark]));
    spec.badges.forEach(([row, rank]) => badge(map, row, rank).addTo(known.group));
  }

  function called(known, row) {
    const count = known.base.length / 2, from = row < count ? known.names : known.spec.more;
    const place = row < count ? row : row - count;
    return from ? { id: from.ids[place], name: from.names[place] } : { id: null, name: "" };
  }

  function numbersOf(known, row) {
    if (!known.all) return known.told.get(row);
    const count = known.spec.letters.length;
    const ranks = new Uint16Array(known.all.buffer, 6 * row, 3), shares = known.all.subarray(6 * count + 3 * row);
    return [...ranks, ...shares.subarray(0, 3)];
  }

  function story(known, row) {
    const words = known.words, field = known.field, kind = field.classes[row];
    const told = [called(known, row).name], numbers = numbersOf(known, row);
    if (known.spec.drawn.includes(row)) told.push(words.drawn);
    if (kind === field.unranked) {
      const reason = known.failed.get(row);
      told.push(reason === undefined ? words.unranked : fill(words.why, known.names.reasons[reason]));
    } else if (numbers) {
      const [rank, best, worst, low, high, share] = numbers;
      told.push(fill(words.rank, rank, best, worst));
      told.push(fill(words.points, low === high ? low : fill(words.span, low, high), share));
    } else {
      told.push(...shade(known, words.shade, kind), words.open);
    }
    return told;
  }

  function shade(known, template, kind, ...before) {
    const step = 100 / known.field.shades, place = kind % known.field.shades;
    const told = fill(template, ...before, step * place, step * (place + 1));
    return kind < known.field.shades ? [told] : [told, known.words.unsure];
  }

  function crowd(known, cell) {
    const { words, field } = known;
    const told = cell.kind === field.unranked ? [fill(words.cell_unranked, cell.count)]
      : shade(known, words.cell, cell.kind, cell.count);
    return [...told, words.nearer];
  }

  /* Follows the mouse over the canvas of sites, and tells Python of a click. */
  function follow(map) {
    const known = state(map), frame = map.getContainer();
    const tip = L.tooltip({ direction: "top", offset: [0, -8] });
    const hide = () => {
      map.closeTooltip(tip);
      frame.classList.remove("siteselect-over");
      known.over = null;
    };
    map.on("mousemove", (event) => {
      // A badge tells its own story, and a control lies over the sites.
      const covered = event.originalEvent.target.closest(".leaflet-marker-pane, .leaflet-control");
      const found = known.spec && !known.spec.placing && !covered ? known.field.at(event.layerPoint) : null;
      if (!found) {
        hide();
        return;
      }
      frame.classList.add("siteselect-over");
      const over = found.row === undefined ? `${found.middle.x},${found.middle.y}` : found.row;
      if (over === known.over) return;
      known.over = over;
      const cell = found.row === undefined;
      tip.setLatLng(cell ? map.layerPointToLatLng(found.middle) : known.field.latLng(found.row));
      tip.setContent(lines(cell ? crowd(known, found) : story(known, found.row)));
      map.openTooltip(tip);
    });
    map.on("mouseout zoomstart", hide);
    map.on("click", (event) => {
      if (!known.spec) return;
      hide();
      if (known.spec.placing) {
        placed(map, event.latlng);
        return;
      }
      const found = known.field.at(event.layerPoint);
      if (!found) return;
      map.closePopup();
      if (found.row === undefined) map.setView(event.latlng, map.getZoom() + 2, { animate: !still() });
      else send(known, event.latlng, { site: called(known, found.row).id });
    });
    frame.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === frame && known.spec && known.spec.placing) placed(map, map.getCenter());
    });
    known.hide = hide;
  }

  /* Python hears of clicks on layers of the group; the stamp makes a second click a new event. */
  function send(known, at, properties) {
    const feature = {
      type: "Feature",
      properties: Object.assign({ stamp: Date.now() }, properties),
      geometry: { type: "Point", coordinates: [at.lng, at.lat] },
    };
    known.group.fire("click", { latlng: at, layer: { toGeoJSON: () => feature } });
  }

  function placed(map, at) {
    const spot = at.wrap();
    put(map, [spot.lat, spot.lng]);
    send(state(map), spot, { placed: true });
  }

  function put(map, spot) {
    const known = state(map);
    if (known.placed) known.placed.remove();
    known.placed = null;
    map.getContainer().dataset.placed = spot ? spot.map((degrees) => degrees.toFixed(6)).join() : "";
    if (!spot) return;
    const style = Object.assign({ renderer: known.rings, pane: "sites", interactive: false }, known.marks.placed);
    known.placed = new MapSymbol(spot, style).addTo(map);
  }

  /* The rank of a leading site: can be reached and pressed with the keyboard. */
  function badge(map, row, rank) {
    const known = state(map), style = known.looks[known.field.classes[row]], at = known.field.latLng(row);
    const face = make("span", "", rank);
    face.style.background = style.fillColor;
    face.style.color = style.ink;
    face.style.borderStyle = style.dashArray ? "dashed" : "solid";
    const icon = L.divIcon({ html: face, className: "siteselect-badge", iconSize: [26, 26] });
    const told = story(known, row), words = told.join(", "), site = called(known, row).id;
    const mark = L.marker(at, { icon: icon, alt: words, riseOnHover: true, zIndexOffset: 1000 - 10 * rank });
    mark.toGeoJSON = null;
    mark.bindTooltip(lines(told), { direction: "top", offset: [0, -8] });
    mark.on("mouseover", known.hide);
    mark.on("add", () => {
      mark.getElement().setAttribute("aria-label", words);
      if (known.pressed === site) mark.getElement().focus();
    });
    mark.on("click", () => send(known, at, { site: site }));
    mark.on("keypress", (event) => {
      if (event.originalEvent.key !== "Enter") return;
      // The badge is made anew by what follows, and would lose the keyboard.
      known.pressed = site;
      send(known, at, { site: site });
    });
    return mark;
  }

  window.siteselectMarks = { places, sites };
})();

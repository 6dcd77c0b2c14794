/* The legend under the map. */
(function () {
  "use strict";

  const { SHAPES, make, state } = siteselectShared;

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

  function entries(items, known) {
    const list = make("ul");
    items.forEach((item) => {
      const row = make("li");
      if (item.key) {
        known.entries[item.key] = row;
        row.hidden = true;
      }
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
    scores.append(make("h2", "", spec.title), ramp(spec.ramp), entries(spec.items, known));
    const columns = make("div", "siteselect-columns");
    columns.appendChild(scores);
    const parts = spec.parts.map((part) => {
      const section = make("section");
      section.append(make("h2", "", part.title), entries(part.items, known));
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

  window.siteselectLegend = { legend };
})();

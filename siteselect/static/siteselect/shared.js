/* What the scripts of the map have in common. Every word from outside is set with textContent,
   never as HTML, so that a name can hold anything and still only be read. */
(function () {
  "use strict";

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
  const MapSymbol = L.CircleMarker.extend({
    _updatePath: function () {
      const p = this._point, r = this._radius;
      this._renderer._setPath(this, this._empty() ? "M0 0" : SHAPES[this.options.shape](p.x, p.y, r));
    },
  });

  function lines(texts) {
    const box = document.createElement("div");
    texts.forEach((text, place) => {
      const line = document.createElement(place === 0 ? "strong" : "div");
      line.textContent = text;
      box.appendChild(line);
    });
    return box;
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function state(map) {
    if (!map.siteselect) {
      map.siteselect = {
        overlays: { plant_noise: L.layerGroup() }, streets: L.layerGroup(), turn: null, entries: {}, later: [],
        names: null, failed: new Map(), told: new Map(),
      };
    }
    return map.siteselect;
  }

  /* Gets data from their address, or from the script itself. */
  function load(source, form) {
    if (source.data !== undefined) {
      return Promise.resolve(form === "json" ? source.data : bytes(source.data).buffer);
    }
    return fetch(source.url).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer[form]();
    });
  }

  /* The map's control of credits takes HTML: words from outside are encoded on their way in. */
  function credit(map, words) {
    const box = document.createElement("span");
    box.textContent = words;
    map.attributionControl.addAttribution(box.innerHTML);
  }

  function still() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  function look(map, focus, animate) {
    map.setView([focus.lat, focus.lon], Math.max(map.getZoom(), FOCUS_ZOOM), { animate: animate });
  }

  /* Reads base 64 as Python packs it. */
  function bytes(text) {
    const signs = atob(text.replaceAll(".", "/"));
    const found = new Uint8Array(signs.length);
    for (let i = 0; i < signs.length; i += 1) found[i] = signs.charCodeAt(i);
    return found;
  }

  /* Puts figures and names into a sentence, for each `#` in turn. */
  function fill(template, ...values) {
    const parts = template.split("#");
    return parts.map((part, place) => part + (place < parts.length - 1 ? values[place] : "")).join("");
  }

  window.siteselectShared = { SHAPES, MapSymbol, lines, make, state, load, credit, still, look, bytes, fill };
})();

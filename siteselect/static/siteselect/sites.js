/* Many sites on one canvas. Where they lie comes once; how they look comes as one letter a site.
   Where few are in view each is a symbol, where many are each square shows its best site. */
(function () {
  "use strict";

  const CELL_PX = 12;
  const FEW = 1000;
  const POINTS_AT_MOST = 5000;
  const CROWDED = 1.5;
  const REACH_PX = 5;
  const FIRST_LETTER = 65;
  const UNITS_PER_DEGREE = 1e7;

  function stamp(look, shapes, scale) {
    const half = Math.ceil(look.radius + look.weight);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * half * scale;
    const ink = canvas.getContext("2d");
    ink.scale(scale, scale);
    const path = new Path2D(shapes[look.shape](half, half, look.radius));
    ink.globalAlpha = look.fillOpacity;
    ink.fillStyle = look.fillColor;
    ink.fill(path);
    ink.globalAlpha = 1;
    ink.strokeStyle = look.color;
    ink.lineWidth = look.weight;
    ink.setLineDash((look.dashArray || "").split(" ").filter(Boolean).map(Number));
    ink.stroke(path);
    return { canvas: canvas, half: half };
  }

  const Field = L.Renderer.extend({
    initialize: function (looks, shapes, options) {
      L.Renderer.prototype.initialize.call(this, options);
      this._looks = looks;
      this._shapes = shapes;
      this.unranked = looks.length - 1;
      this.shades = this.unranked / 2;
      // What is better lies on top: the higher class, and of the same the surer.
      this._worth = Uint8Array.from(looks, (_, place) => (place === this.unranked ? 1
        : 2 + 2 * (place % this.shades) + (place < this.shades ? 1 : 0)));
      this._rising = [...looks.keys()].sort((one, other) => this._worth[one] - this._worth[other]);
      this.units = null;
      this.letters = "";
      this.classes = new Uint8Array(0);
      this.repaints = 0;
    },

    /* Takes longitude and latitude in pairs of whole numbers. */
    place: function (units) {
      const count = units.length / 2, half = Math.PI / 180 / 2;
      this.units = units;
      this._x = new Float64Array(count);
      this._y = new Float64Array(count);
      for (let i = 0; i < count; i += 1) {
        this._x[i] = units[2 * i] / UNITS_PER_DEGREE / 360 + 0.5;
        const turn = Math.PI / 4 + units[2 * i + 1] / UNITS_PER_DEGREE * half;
        this._y[i] = 0.5 - Math.log(Math.tan(turn)) / (2 * Math.PI);
      }
      this._seen = new Int32Array(count);
      this._left = new Float32Array(count);
      this._top = new Float32Array(count);
      this._cell = new Int32Array(count);
      if (this._map) this._project();
    },

    latLng: function (row) {
      return L.latLng(this.units[2 * row + 1] / UNITS_PER_DEGREE, this.units[2 * row] / UNITS_PER_DEGREE);
    },

    mark: function (letters) {
      if (letters === this.letters) return;
      this.letters = letters;
      const classes = this.classes = new Uint8Array(letters.length);
      for (let i = 0; i < letters.length; i += 1) classes[i] = letters.charCodeAt(i) - FIRST_LETTER;
      this.paint();
    },

    isAbsent: function (row) {
      return !(this.classes[row] < this._looks.length);
    },

    _initContainer: function () {
      const canvas = this._container = document.createElement("canvas");
      canvas.setAttribute("aria-hidden", "true");
      canvas.style.pointerEvents = "none";
      this._ink = canvas.getContext("2d");
    },

    _destroyContainer: function () {
      this._container.remove();
      delete this._container;
    },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize(), canvas = this._container;
      const scale = window.devicePixelRatio > 1 ? 2 : 1;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = scale * size.x;
      canvas.height = scale * size.y;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this._ink.setTransform(scale, 0, 0, scale, -scale * this._bounds.min.x, -scale * this._bounds.min.y);
      if (scale !== this._scale) {
        this._scale = scale;
        this._stamps = this._looks.map((look) => stamp(look, this._shapes, scale));
      }
      this._project();
      this.fire("update");
    },

    /* Finds which sites are in view, and where; done anew only when the view moves. */
    _project: function () {
      if (!this.units || !this._bounds) return;
      const whole = this._map.options.crs.scale(this._zoom), origin = this._map.getPixelOrigin();
      const min = this._bounds.min, max = this._bounds.max, x = this._x, y = this._y;
      let count = 0;
      for (let i = 0; i < x.length; i += 1) {
        const left = x[i] * whole - origin.x, top = y[i] * whole - origin.y;
        if (left > min.x && left < max.x && top > min.y && top < max.y) {
          this._seen[count] = i;
          this._left[count] = left;
          this._top[count] = top;
          count += 1;
        }
      }
      this.count = count;
      // More than that many to a square, and symbols would hide one another.
      this.inCells = count > FEW && (this._sort(min, max, origin) > CROWDED || count > POINTS_AT_MOST);
      this.paint();
    },

    /* Sorts the sites in view into squares, and says how many share one on the average. Squares
       stand on the world, not on the view, so that they stay when the map is dragged. */
    _sort: function (min, max, origin) {
      const first = this._first = [Math.floor((min.x + origin.x) / CELL_PX), Math.floor((min.y + origin.y) / CELL_PX)];
      this._offset = origin;
      this._columns = Math.ceil((max.x - min.x) / CELL_PX) + 2;
      this._best = new Uint8Array(this._columns * (Math.ceil((max.y - min.y) / CELL_PX) + 2));
      this._bestClass = new Uint8Array(this._best.length);
      let taken = 0;
      for (let k = 0; k < this.count; k += 1) {
        const column = Math.floor((this._left[k] + origin.x) / CELL_PX) - first[0];
        const row = Math.floor((this._top[k] + origin.y) / CELL_PX) - first[1];
        const cell = this._cell[k] = row * this._columns + column;
        taken += 1 - this._best[cell];
        this._best[cell] = 1;
      }
      return this.count / taken;
    },

    paint: function () {
      if (!this.units || !this._bounds || !this.letters) return;
      const min = this._bounds.min, size = this._bounds.getSize();
      this._ink.clearRect(min.x, min.y, size.x, size.y);
      if (this.inCells) this._paintCells();
      else this._paintPoints();
      this.repaints += 1;
      this.fire("painted");
    },

    _paintPoints: function () {
      this._rising.forEach((kind) => {
        const { canvas, half } = this._stamps[kind];
        for (let k = 0; k < this.count; k += 1) {
          if (this.classes[this._seen[k]] === kind) {
            this._ink.drawImage(canvas, this._left[k] - half, this._top[k] - half, 2 * half, 2 * half);
          }
        }
      });
    },

    _paintCells: function () {
      const best = this._best.fill(0), kinds = this._bestClass, ink = this._ink, side = CELL_PX - 1;
      for (let k = 0; k < this.count; k += 1) {
        const kind = this.classes[this._seen[k]], worth = this._worth[kind];
        if (worth > best[this._cell[k]]) {
          best[this._cell[k]] = worth;
          kinds[this._cell[k]] = kind;
        }
      }
      const paths = this._looks.map(() => new Path2D());
      for (let cell = 0; cell < best.length; cell += 1) {
        if (best[cell] > 0) {
          const at = this._corner(cell);
          paths[kinds[cell]].rect(at[0] + 0.5, at[1] + 0.5, side, side);
        }
      }
      paths.forEach((path, kind) => {
        const look = this._looks[kind];
        ink.globalAlpha = look.fillOpacity;
        ink.fillStyle = look.fillColor;
        ink.fill(path);
        ink.globalAlpha = 1;
        if (kind < this.shades) return;
        ink.strokeStyle = look.color;
        ink.lineWidth = 1;
        ink.setLineDash((look.dashArray || "").split(" ").filter(Boolean).map(Number));
        ink.stroke(path);
        ink.setLineDash([]);
      });
    },

    _corner: function (cell) {
      const column = cell % this._columns, row = (cell - column) / this._columns;
      return [(this._first[0] + column) * CELL_PX - this._offset.x, (this._first[1] + row) * CELL_PX - this._offset.y];
    },

    /* Says what lies at a point: the nearest site in reach, or a square with what is in it. */
    at: function (point) {
      if (!this.units || !this.letters) return null;
      return this.inCells ? this._cellAt(point) : this._siteAt(point);
    },

    _siteAt: function (point) {
      let nearest = null, least = Infinity;
      for (let k = 0; k < this.count; k += 1) {
        const row = this._seen[k], away = Math.hypot(this._left[k] - point.x, this._top[k] - point.y);
        if (away < least && !this.isAbsent(row) && away <= this._looks[this.classes[row]].radius + REACH_PX) {
          nearest = row;
          least = away;
        }
      }
      return nearest === null ? null : { row: nearest };
    },

    _cellAt: function (point) {
      const column = Math.floor((point.x + this._offset.x) / CELL_PX) - this._first[0];
      const row = Math.floor((point.y + this._offset.y) / CELL_PX) - this._first[1];
      const cell = row * this._columns + column;
      if (!this._best[cell]) return null;
      let count = 0;
      for (let k = 0; k < this.count; k += 1) {
        if (this._cell[k] === cell && !this.isAbsent(this._seen[k])) count += 1;
      }
      const corner = this._corner(cell);
      return { count: count, kind: this._bestClass[cell], middle: L.point(corner[0] + CELL_PX / 2, corner[1]) };
    },

    /* Counts what is shown, by class. */
    tally: function () {
      const found = {};
      for (let k = 0; k < this.count; k += 1) {
        const kind = this.classes[this._seen[k]];
        found[kind] = (found[kind] || 0) + 1;
      }
      return found;
    },
  });

  window.siteselectSites = { Field };
})();

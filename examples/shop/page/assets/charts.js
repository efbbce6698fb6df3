// Draws every element with data-chart from the option beside it. In an option,
// {"$fn": name} is a function of the table below; text is never run.
(function () {
  "use strict";
  var lang = document.documentElement.lang;
  var formats = {};
  function number(v, o) {
    if (v === null || v === undefined || v === "" || v === "-" || !isFinite(v)) { return "–"; }
    var key = JSON.stringify(o);
    formats[key] = formats[key] || new Intl.NumberFormat(lang, o);
    return formats[key].format(v);
  }
  function whole(v) { return number(v, { maximumFractionDigits: 0 }); }
  function tenth(v) { return number(v, { maximumFractionDigits: 1 }); }
  function share(v) { return number(v, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }); }
  function score(v) { return number(v, { maximumFractionDigits: 1, signDisplay: "exceptZero" }); }
  function money(v) { return number(v, { maximumFractionDigits: 2, minimumFractionDigits: 2 }); }
  function interval(format) {
    // A band or a whisker is (x, low, high).
    return function (v) { return Array.isArray(v) ? v.map(format).join(" – ") : format(v); };
  }
  function escape(s) {
    return String(s).replace(/[&<>"']/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
  }
  function lines(list) { return list.map(escape).join("<br>"); }

  // The shape between low and high along x, of all points at once; step: constant
  // until the next point.
  function band(step) {
    return function (params, api) {
      if (params.dataIndexInside !== 0) { return null; }
      var above = [], below = [], n = params.dataInsideLength;
      for (var i = 0; i < n; i++) {
        if (isNaN(api.value(1, i)) || isNaN(api.value(2, i))) { continue; }
        var low = api.coord([api.value(0, i), api.value(1, i)]);
        var high = api.coord([api.value(0, i), api.value(2, i)]);
        if (step && above.length) {
          above.push([high[0], above[above.length - 1][1]]);
          below.push([low[0], below[below.length - 1][1]]);
        }
        above.push(high);
        below.push(low);
      }
      return {
        type: "polygon",
        shape: { points: above.concat(below.reverse()) },
        style: { fill: api.visual("color"), opacity: 0.18 },
        silent: true,
      };
    };
  }

  // A line from low to high with a bar at either end.
  function whisker(params, api) {
    if (isNaN(api.value(1)) || isNaN(api.value(2))) { return null; }
    var low = api.coord([api.value(0), api.value(1)]), high = api.coord([api.value(0), api.value(2)]);
    var w = 5, style = { stroke: api.visual("color"), lineWidth: 1.5, fill: null };
    function line(x1, y1, x2, y2) { return { type: "line", shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: style }; }
    return { type: "group", children: [
      line(low[0], low[1], high[0], high[1]), line(low[0] - w, low[1], low[0] + w, low[1]), line(high[0] - w, high[1], high[0] + w, high[1]),
    ] };
  }

  var functions = {
    whole: interval(whole), tenth: interval(tenth), share: interval(share), score: interval(score), money: interval(money),
    axisWhole: function (v) { return number(v, { notation: Math.abs(v) >= 10000 ? "compact" : "standard", maximumFractionDigits: 1 }); },
    axisShare: function (v) { return number(v, { style: "percent", maximumFractionDigits: 0 }); },
    axisSize: function (v) { return number(Math.abs(v), { notation: Math.abs(v) >= 10000 ? "compact" : "standard", maximumFractionDigits: 1 }); },
    size: function (v) { return whole(Math.abs(v)); },
    band: band(false), stepBand: band(true), whisker: whisker,
    // What the item says of itself, a list of lines.
    tip: function (p) { return p.data && p.data.tip ? lines(p.data.tip) : escape(p.name); },
    label: function (p) { return p.data && p.data.text !== undefined ? p.data.text : ""; },
  };

  function revive(o) {
    if (Array.isArray(o)) { return o.map(revive); }
    if (o === null || typeof o !== "object") { return o; }
    if (Object.prototype.hasOwnProperty.call(o, "$fn")) { return functions[o.$fn]; }
    var r = {};
    Object.keys(o).forEach(function (k) { r[k] = revive(o[k]); });
    return r;
  }

  // over laid on base, lists item by item.
  function laid(base, over) {
    if (over === undefined) { return base; }
    if (base === null || over === null || typeof base !== "object" || typeof over !== "object") { return over; }
    var r = Array.isArray(base) ? base.slice() : Object.assign({}, base);
    Object.keys(over).forEach(function (k) { r[k] = k in r ? laid(r[k], over[k]) : over[k]; });
    return r;
  }

  var all = [];
  document.querySelectorAll("[data-chart]").forEach(function (element) {
    var text = document.getElementById("option-" + element.dataset.chart).textContent;
    var option = revive(JSON.parse(text)), narrow = option.narrow, was;
    delete option.narrow;
    var chart = echarts.init(element, null, { renderer: "svg", width: element.clientWidth || 600 });
    var height = element.clientHeight;
    function draw(width, part) {
      element.style.height = Math.round(height * (part || 1)) + "px";
      var small = width < 520;
      if (small !== was) {
        was = small;
        chart.setOption(small && narrow ? laid(option, narrow) : option, true);
      }
      chart.resize({ width: width, height: Math.round(height * (part || 1)) });
      chart.getZr().flush(); // now: paper does not wait for the next frame
      // On paper of another width it is drawn smaller.
      var svg = element.querySelector("svg");
      svg.setAttribute("viewBox", "0 0 " + svg.getAttribute("width") + " " + svg.getAttribute("height"));
      svg.setAttribute("preserveAspectRatio", "xMinYMin meet");
    }
    draw(element.clientWidth || 600);
    all.push({ element: element, draw: draw, dense: height > 500 });
    // Also for whoever looks at the page by a program.
    element.chart = chart;
  });

  function fit() { all.forEach(function (c) { if (c.element.clientWidth) { c.draw(c.element.clientWidth); } }); }
  var printing = false;
  window.addEventListener("resize", function () { if (!printing) { fit(); } });
  // Paper is 210 mm wide with margins of 10; a millimetre is 96 / 25.4 pixels. A
  // chart is lower there, so that two and their tables share a page.
  function paper(element) { return element.closest(".several, .beside") ? 347 : 718; }
  window.addEventListener("beforeprint", function () {
    printing = true;
    all.forEach(function (c) { c.draw(paper(c.element), c.dense ? 0.8 : 0.56); });
  });
  window.addEventListener("afterprint", function () { printing = false; fit(); });
  document.documentElement.dataset.drawn = String(all.length);
})();

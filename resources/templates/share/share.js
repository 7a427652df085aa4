function showProjects(map, shared) {
  "use strict";
  var words = shared.words, layers = {}, buttons = {};
  function text(tag, words) { var e = document.createElement(tag); e.textContent = words; return e; }
  (shared.ground.water_body || []).forEach(function (each) {
    L.polygon(each[1], { stroke: false, fillColor: "#cfe0e8", fillOpacity: 1, interactive: false }).addTo(map);
  });
  var roads = L.layerGroup().addTo(map), named = {};
  (shared.ground.road || []).forEach(function (each) {
    L.polyline(each[1], { color: "#ffffff", weight: 5, interactive: false }).addTo(roads);
    if (each[0] && !named[each[0]] && each[1].length > 1) { named[each[0]] = each[1][Math.floor(each[1].length / 2)]; }
  });
  var labels = L.layerGroup();
  Object.keys(named).forEach(function (name) {
    L.tooltip({ permanent: true, direction: "center", className: "place" }).setLatLng(named[name]).setContent(text("span", name)).addTo(labels);
  });
  function popup(project) {
    var box = document.createElement("div"), table = document.createElement("table");
    box.appendChild(text("b", project.name));
    project.facts.forEach(function (fact) {
      var row = table.insertRow();
      row.appendChild(text("td", fact[0]));
      row.appendChild(text("td", fact[1]));
    });
    box.appendChild(table);
    return box;
  }
  function draw(project) {
    var look = shared.states[project.state], group = L.featureGroup();
    project.areas.forEach(function (ring) {
      L.polygon(ring, { color: look.color, weight: 1.5, dashArray: project.label ? null : "4 4", fillOpacity: shared.fill }).addTo(group);
    });
    if (project.label) {
      L.tooltip({ permanent: true, direction: "center", className: "grid", interactive: false })
        .setLatLng(project.labelAt).setContent(text("span", project.label)).addTo(group);
    }
    project.old.forEach(function (line) { L.polyline(line, { color: "#8a949d", weight: 2, dashArray: "3 5" }).addTo(group); });
    project.new.forEach(function (line) {
      L.polyline(line, { color: "#ffffff", weight: 7, opacity: 0.9, interactive: false }).addTo(group);
      L.polyline(line, { color: look.color, weight: 4, dashArray: look.dash || null, className: "main" }).addTo(group);
    });
    group.bindPopup(function () { return popup(project); }, { maxWidth: 360 });
    group.on("popupopen", function () { choose(project.id); });
    return group.addTo(map);
  }
  function choose(id) {
    Object.keys(buttons).forEach(function (key) { buttons[key].className = String(id) === key ? "chosen" : ""; });
    if (buttons[id]) { buttons[id].scrollIntoView({ block: "nearest" }); }
  }
  var list = document.getElementById("list"), search = document.getElementById("search");
  search.placeholder = words.search;
  search.setAttribute("aria-label", words.search);
  list.setAttribute("aria-label", words.list);
  shared.projects.forEach(function (project) {
    layers[project.id] = draw(project);
    var item = document.createElement("li"), button = text("button", project.name);
    button.style.borderLeftColor = shared.states[project.state].color;
    button.appendChild(text("small", project.facts.slice(0, 4).map(function (fact) { return fact[1]; }).join(" · ")));
    button.onclick = function () {
      var group = layers[project.id];
      map.fitBounds(group.getBounds().pad(0.4), { maxZoom: 17 });
      group.openPopup(group.getBounds().getCenter());
      choose(project.id);
    };
    buttons[project.id] = button;
    item.appendChild(button);
    list.appendChild(item);
  });
  var none = text("li", words.none);
  none.style.padding = "8px 16px";
  search.oninput = function () {
    var wanted = search.value.trim().toLowerCase(), shown = 0;
    shared.projects.forEach(function (project) {
      var hit = !wanted || (project.name + " " + project.facts.map(function (f) { return f[1]; }).join(" ")).toLowerCase().indexOf(wanted) >= 0;
      buttons[project.id].parentNode.hidden = !hit;
      shown += hit ? 1 : 0;
      if (hit) { map.addLayer(layers[project.id]); } else { map.removeLayer(layers[project.id]); }
    });
    if (shown) { none.remove(); } else { list.appendChild(none); }
  };
  search.onkeydown = function (event) {
    if (event.key !== "Enter") { return; }
    var first = shared.projects.find(function (project) { return !buttons[project.id].parentNode.hidden; });
    if (first) { buttons[first.id].click(); }
  };
  map.invalidateSize();
  map.fitBounds(shared.box, { padding: [24, 24] });
  var near = map.getZoom() + 1.5;
  map.on("zoomend", function () { if (map.getZoom() >= near) { map.addLayer(labels); } else { map.removeLayer(labels); } });
  L.control.scale({ imperial: false }).addTo(map);
  document.body.setAttribute("data-shown", String(shared.projects.length));
}

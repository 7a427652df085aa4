#!/usr/bin/python3
"""The peer of the table: QGIS opens the attribute table of a layer, sorts and filters it, headless.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 table_peer.py DATA.gpkg LAYER TEXT_FIELD NUMBER_FIELD WORD

Run by the distribution's Python (python3-qgis 3.22 or later). One process is one round; its answer is a line of JSON.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import QgsApplication, QgsFeatureRequest, QgsVectorLayer, QgsVectorLayerCache
from qgis.gui import QgsAttributeTableFilterModel, QgsAttributeTableModel, QgsMapCanvas

#: What the desktop program keeps of a layer, as its settings have it.
CACHED_ROWS = 10_000


def main():
    """Open, sort, filter, and tell how long each took."""
    data, table, text, number, word = sys.argv[1:]
    application = QgsApplication([], True)
    application.initQgis()
    layer = QgsVectorLayer(f"{data}|layername={table}", table, "ogr")
    if not layer.isValid():
        raise SystemExit(f"no layer {table} in {data}")
    answer = {}

    def timed(name, work):
        start = time.perf_counter()
        result = work()
        answer[name] = time.perf_counter() - start
        return result

    def opened():
        cache = QgsVectorLayerCache(layer, CACHED_ROWS)
        cache.setCacheGeometry(False)
        model = QgsAttributeTableModel(cache)
        model.loadLayer()
        canvas = QgsMapCanvas()
        return cache, model, canvas, QgsAttributeTableFilterModel(canvas, model, model)

    def filtered():
        request = QgsFeatureRequest().setFilterExpression(f"\"{text}\" like '%{word}%'")
        request.setFlags(QgsFeatureRequest.NoGeometry)
        hits = [feature.id() for feature in layer.getFeatures(request)]
        proxy.setFilteredFeatures(hits)
        proxy.rowCount()
        return len(hits)

    kept = timed("open", opened)
    proxy = kept[3]
    answer["rows"] = kept[1].rowCount()
    fields = layer.fields()
    timed("sort text", lambda: proxy.sort(fields.indexOf(text)))
    timed("sort number", lambda: proxy.sort(fields.indexOf(number)))
    answer["hits"] = timed("filter", filtered)
    status = Path("/proc/self/status").read_text()
    answer["memory_mib"] = (
        int(next(s for s in status.splitlines() if s.startswith("VmRSS")).split()[1]) / 1024
    )
    print("ANSWER " + json.dumps(answer), flush=True)
    # The library may crash while it is torn down; everything has been said.
    os._exit(0)


if __name__ == "__main__":
    main()

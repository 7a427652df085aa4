#!/usr/bin/python3
"""The peer: QGIS draws the views of a request file on the same data with the same symbology, headless.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 qgis_peer.py REQUEST.json parallel|sequential [--pictures FOLDER]

Run by the distribution's Python (python3-qgis 3.22 or later), never by the project's. One process is one round;
its answer is one line of JSON. The first view drawn tells the cold start, interpreter and imports included.
"""

import argparse
import json
import os
import statistics
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsFeatureRequest,
    QgsGraduatedSymbolRenderer,
    QgsLabelLineSettings,
    QgsLineSymbol,
    QgsMapRendererParallelJob,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsProperty,
    QgsRectangle,
    QgsRendererCategory,
    QgsRendererRange,
    QgsSingleSymbolRenderer,
    QgsSvgMarkerSymbolLayer,
    QgsSymbolLayer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
    QgsVectorSimplifyMethod,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QFont

PIXELS = QgsUnitTypes.RenderPixels
JOBS = {"parallel": QgsMapRendererParallelJob, "sequential": QgsMapRendererSequentialJob}


def since_process_start():
    """Seconds since this process was started, before Python itself."""
    ticks = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def memory_mib(field="VmRSS"):
    """What this process holds."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1]) / 1024


def milliseconds(work, repeat):
    """How long each of several runs takes, and what the last one gives."""
    times, result = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        times.append((time.perf_counter() - start) * 1000)
    return result, statistics.median(times)


def open_layer(data, table):
    """A layer as the desktop program opens it."""
    layer = QgsVectorLayer(f"{data}|layername={table}", table, "ogr")
    if not layer.isValid():
        raise SystemExit(f"no layer {table} in {data}")
    simplify = QgsVectorSimplifyMethod()
    simplify.setSimplifyHints(QgsVectorSimplifyMethod.GeometrySimplification)
    simplify.setForceLocalOptimization(True)
    layer.setSimplifyMethod(simplify)
    return layer


def dress(layer, look, font):
    """Give a layer the looks of a view."""
    if "lines" in look:
        ranges = []
        for each in look["lines"]:
            symbol = QgsLineSymbol.createSimple(
                {"line_color": each["colour"], "line_width": str(each["width"])}
            )
            symbol.symbolLayer(0).setWidthUnit(PIXELS)
            ranges.append(QgsRendererRange(each["lower"], each["upper"] - 0.5, symbol, ""))
        layer.setRenderer(QgsGraduatedSymbolRenderer(look["field"], ranges))
        label(layer, look["labels"], font)
        return
    symbols = []
    for each in look["symbols"]:
        drawing = QgsSvgMarkerSymbolLayer(each["svg"], each["side"])
        drawing.setSizeUnit(PIXELS)
        if look["rotation"] and layer.fields().indexOf(look["rotation"]) >= 0:
            turned = QgsProperty.fromField(look["rotation"])
            drawing.setDataDefinedProperty(QgsSymbolLayer.PropertyAngle, turned)
        symbol = QgsMarkerSymbol.createSimple({})
        symbol.changeSymbolLayer(0, drawing)
        symbols.append(symbol)
    field = look["symbols"][0]["field"]
    if field is None:
        layer.setRenderer(QgsSingleSymbolRenderer(symbols[0]))
        return
    values = [each["value"] for each in look["symbols"]]
    categories = [QgsRendererCategory(v, s, "") for v, s in zip(values, symbols)]  # noqa: B905 - an older Python
    layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))


def label(layer, words, font):
    """Texts along the lines, with a halo, pieces of one main named once."""
    layer.setLabelsEnabled(words is not None)
    if words is None:
        return
    style = QgsTextFormat()
    face = QFont(font)
    style.setFont(face)
    style.setSize(words["pixels"])
    style.setSizeUnit(PIXELS)
    style.setColor(QColor(words["colour"]))
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(1.5)
    halo.setSizeUnit(PIXELS)
    style.setBuffer(halo)
    settings = QgsPalLayerSettings()
    settings.setFormat(style)
    settings.fieldName = words["text"]
    settings.isExpression = True
    settings.placement = QgsPalLayerSettings.Line
    line = QgsLabelLineSettings()
    line.setMergeLines(words.get("merge", True))
    settings.setLineSettings(line)
    settings.repeatDistance = words["repeat"]
    settings.repeatDistanceUnit = PIXELS
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))


def settings_of(view, layers, size):
    """What a job needs to draw a view."""
    settings = QgsMapSettings()
    shown = [layers[look["table"]] for look in view["layers"]]
    settings.setLayers(shown)
    settings.setDestinationCrs(layers["pipe"].crs())
    settings.setOutputSize(QSize(*size))
    settings.setOutputDpi(96)
    settings.setExtent(QgsRectangle(*view["box"]))
    settings.setBackgroundColor(QColor(view["ground"]))
    settings.setFlag(QgsMapSettings.Antialiasing, True)
    settings.setFlag(QgsMapSettings.UseRenderingOptimization, True)
    return settings


def draw(job_class, settings):
    """One picture, from the beginning to the end."""
    job = job_class(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def identify(layers, wanted):
    """Every feature of every layer there."""
    return [list(layer.getFeatures(wanted)) for layer in layers.values()]


def asked(request, layers):
    """Identify at points of the 1 km view, and select meters by the box of the 5 km view, both in C++."""
    boxes = {view["name"]: view["box"] for view in request["views"]}
    x0, y0, x1, y1 = boxes["1 km"]
    reach = 7 * (x1 - x0) / request["size"][0]
    times = []
    for share_x, share_y in request["points"]:
        x, y = x0 + share_x * (x1 - x0), y0 + share_y * (y1 - y0)
        wanted = QgsFeatureRequest(QgsRectangle(x - reach, y - reach, x + reach, y + reach))
        wanted.setFlags(QgsFeatureRequest.ExactIntersect)
        times.append(milliseconds(partial(identify, layers, wanted), 1)[1])
    meters = layers["meter"]
    box = QgsRectangle(*request["select_box"])
    _, selecting = milliseconds(lambda: meters.selectByRect(box), 3)
    found = meters.selectedFeatureCount()
    meters.removeSelection()
    return {"identify_ms": statistics.median(times), "select_ms": selecting, "selected": found}


def main():
    """Draw, and tell how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("request", type=Path)
    parser.add_argument("job", choices=sorted(JOBS))
    parser.add_argument("--pictures", type=Path)
    chosen = parser.parse_args()
    request = json.loads(chosen.request.read_text(encoding="utf-8"))
    application = QgsApplication([], True)
    application.initQgis()
    size, job_class = request["size"], JOBS[chosen.job]
    tables = {look["table"] for view in request["views"] for look in view["layers"]} | {"meter", "pipe"}
    layers = {table: open_layer(request["data"], table) for table in sorted(tables)}
    answer = {"qgis": Qgis.QGIS_VERSION, "job": chosen.job, "views": {}}
    for view in request["views"]:
        for look in view["layers"]:
            dress(layers[look["table"]], look, request["font"])
        settings = settings_of(view, layers, size)
        image = draw(job_class, settings)
        if "start_s" not in answer:
            answer["start_s"] = since_process_start()
        if request["repeat"]:
            image, answer["views"][view["name"]] = milliseconds(
                lambda settings=settings: draw(job_class, settings), request["repeat"]
            )
        if chosen.pictures is not None:
            image.save(str(chosen.pictures / f"qgis {view['name']}.png"))
    answer["memory_mib"] = memory_mib()
    answer["peak_mib"] = memory_mib("VmHWM")
    if request["ask"]:
        answer |= asked(request, layers)
    print("ANSWER " + json.dumps(answer), flush=True)
    # The library may crash while it is torn down; everything has been said.
    os._exit(0)


if __name__ == "__main__":
    main()

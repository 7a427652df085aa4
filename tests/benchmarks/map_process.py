"""The door to ``map_side``: as in the program itself, the worker's process loads what it needs and no window.

A child process loads the main module anew; were that ``map_side``, it would load all of Qt with it.
"""

if __name__ == "__main__":
    from gisapp import quick_imports  # noqa: F401 - as the program's own door does
    from tests.benchmarks.map_side import main

    main()

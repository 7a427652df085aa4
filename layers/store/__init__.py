"""Where rows lie: GeoPackage or PostGIS. The only home of SQL."""

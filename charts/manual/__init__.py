"""Makes what is written twice about the chart's values from what is written once.

The manual is `understudy/values.yaml`: what stands above a value there becomes its description in
`values.schema.json`, and its row in `README.md`. The settings of the services come from their settings classes.
`python -m charts.manual` writes both files, `python -m charts.manual --check` tells whether they are current.
"""

"""Measures the budgets of the design: CPU per unit of work, on each database and under each HTTP server.

python -m bench [--only NAME] [--engine E] [--database D] [--quick]
"""

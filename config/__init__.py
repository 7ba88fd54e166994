"""The knobs: what an operator changes without a programmer. Imports nothing of ours."""

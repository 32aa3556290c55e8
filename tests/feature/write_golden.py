"""Writes tests/data/feature/SPY_daily.csv: daily bars with what TA-Lib and pandas make of every 20th.

    tools/python tests/feature/write_golden.py
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from test_against_talib import GOLDEN, daily_bars, golden_text  # noqa: E402

GOLDEN.parent.mkdir(parents=True, exist_ok=True)
GOLDEN.write_text(golden_text(daily_bars("SPY")))

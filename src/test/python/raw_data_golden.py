"""Writes src/test/resources/golden/raw-data: a data set of the population task in the published raw
format as Parquet, written by pyarrow with Snappy, booleans for labels and two shards for training.

Run from the repository's root with the pinned version:
    pip install pyarrow==23.0.1 && python src/test/python/raw_data_golden.py
"""

import hashlib
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

assert pa.__version__ == "23.0.1", pa.__version__

OUT = pathlib.Path("src/test/resources/golden/raw-data/data")
CITIES = [
    ("Oslo", True, False, -5.8),
    ("Mumbai", True, True, -7.1),
    ("Vaduz", False, False, -3.7),
    ("Marfa", False, True, -3.2),
    ("Québec", True, False, -5.7),
    ("Ely", False, False, 0.0),
]


def records(start, end):
    for index in range(start, end):
        city, alice, bob, difficulty = CITIES[index]
        for turn, character in enumerate(("Alice", "Bob")):
            args = {"character": character, "city": city}
            yield {
                "id": hashlib.md5(str(args).encode()).hexdigest()[:8],
                "template_args": args,
                "character": character,
                "label": alice if turn == 0 else bob,
                "alice_label": alice,
                "bob_label": bob,
                "difficulty": difficulty,
                "difficulty_quantile": (2 * index + turn + 0.5) / (2 * len(CITIES)),
            }


OUT.mkdir(parents=True, exist_ok=True)
for name, start, end in (
    ("train-00000-of-00002", 0, 1),
    ("train-00001-of-00002", 1, 2),
    ("validation-00000-of-00001", 2, 4),
    ("test-00000-of-00001", 4, 6),
):
    table = pa.Table.from_pylist(list(records(start, end)))
    pq.write_table(table, OUT / f"{name}.parquet", compression="snappy")

"""The handler of tutorials in Python: GET, Pillow, PUT. Prints what an upload took, as contestant-process.ts does."""

import io
import json
import os
import resource
import sys
import time

import boto3
from botocore.config import Config
from PIL import Image, ImageOps, ImageSequence

task = json.loads(sys.argv[1])
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))


def fitted(image, output):
    width, height = output["width"], output.get("height")
    if height is not None and output.get("fit") == "cover":
        return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    copy = image.copy()
    copy.thumbnail((width, height or 100_000), Image.Resampling.LANCZOS)
    return copy


def encoded(source, output, page):
    image = Image.open(io.BytesIO(source))
    kind, settings = output["format"], {}
    if kind in ("jpeg", "webp"):
        settings["quality"] = 80
    target = io.BytesIO()
    if task["animated"]:
        frames = [fitted(frame.convert("RGB"), output) for frame in ImageSequence.Iterator(image)]
        frames[0].save(target, kind, save_all=True, append_images=frames[1:], **settings)
        return target.getvalue()
    if page > 0:
        image.seek(page)
    if image.mode.startswith("I;16"):
        raise ValueError("Pillow reads one channel of 16 bits only")
    if task["contestant"] == "Pillow draft handler":
        largest = max(output["width"], output.get("height") or 0)
        image.draft("RGB", (largest * 2, largest * 2))
    image = ImageOps.exif_transpose(image)
    fitted(image if kind == "png" else image.convert("RGB"), output).save(target, kind, **settings)
    return target.getvalue()


def handle(key):
    source = s3.get_object(Bucket="source", Key=key)["Body"].read()
    for page in range(task["pages"]):
        for output in task["outputs"]:
            body = encoded(source, output, page)
            s3.put_object(Bucket="processed", Key=f"{key}/{output['name']}-{page}", Body=body)


cpu = wall = 0.0
for number in range(-task["warmUps"], task["passes"]):
    for file in task["files"][:1] if number < 0 else task["files"]:
        key = f"{task['job']}/{task['run']}/{number}-{os.path.basename(file)}"
        with open(file, "rb") as source:
            s3.put_object(Bucket="source", Key=key, Body=source.read())
        began, before = time.perf_counter(), time.process_time()
        handle(key)
        if number >= 0:
            cpu += time.process_time() - before
            wall += time.perf_counter() - began

uploads = max(1, task["passes"] * len(task["files"]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu": cpu / uploads, "wall": wall / uploads, "peak": peak, "bytes": 0}))

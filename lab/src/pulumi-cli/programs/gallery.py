"""A program with the SDK that Pulumi generates. It contains its own language host: Pulumi's Automation API."""

import pulumi
from pulumi import automation
from pulumi_darkroom import ImagePipeline, StorageArgs

STEPS = ["rotate", {"resize": {"width": 64}}, {"encode": "webp"}]


def program():
    photos = ImagePipeline(
        "photos",
        recipes=[{"name": "photos", "variants": [{"name": "thumb", "steps": STEPS}]}],
        storage=StorageArgs(protect=False),
    )
    pulumi.export("sourceBucket", photos.source_bucket)
    pulumi.export("alarms", photos.alarm_names.apply(len))
    pulumi.export("recipe", photos.settings["recipes"][0]["name"])


stack = automation.create_or_select_stack(
    "python", "gallery", program, opts=automation.LocalWorkspaceOptions(work_dir=".")
)
stack.up(on_output=print)

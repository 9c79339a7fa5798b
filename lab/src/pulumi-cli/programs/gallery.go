// A program with the SDK that Pulumi generates. It contains its own language host: Pulumi's Automation API.
package main

import (
	"context"
	"log"
	"os"

	"example.com/pulumi-darkroom/sdk/go/darkroom"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func program(ctx *pulumi.Context) error {
	resize := map[string]any{"resize": map[string]any{"width": 64}}
	steps := []any{"rotate", resize, map[string]any{"encode": "webp"}}
	variants := []any{map[string]any{"name": "thumb", "steps": steps}}
	recipe := pulumi.Any(map[string]any{"name": "photos", "variants": variants})
	protect := false
	photos, err := darkroom.NewImagePipeline(ctx, "photos", &darkroom.ImagePipelineArgs{
		Recipes: []pulumi.Input{recipe},
		Storage: &darkroom.StorageArgs{Protect: &protect},
	})
	if err != nil {
		return err
	}
	ctx.Export("sourceBucket", photos.SourceBucket)
	ctx.Export("alarms", photos.AlarmNames.ApplyT(func(names []string) int { return len(names) }))
	ctx.Export("recipe", photos.Settings.ApplyT(func(settings any) any {
		return settings.(map[string]any)["recipes"].([]any)[0].(map[string]any)["name"]
	}))
	return nil
}

func main() {
	ctx := context.Background()
	stack, err := auto.UpsertStackInlineSource(ctx, "go", "gallery", program, auto.WorkDir("."))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := stack.Up(ctx, optup.ProgressStreams(os.Stdout)); err != nil {
		log.Fatal(err)
	}
}

// Generates the Node.js SDK of a package, as Pulumi's language host for Node.js does. That host is part of Pulumi's
// installers only; the generator is a package of the CLI's module.
//
// Usage: nodejs-sdk FOLDER LOADER, with the package's schema as JSON on standard input. LOADER is the address at which
// the engine loads the schemas of other packages.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	var spec schema.PackageSpec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		log.Fatal(err)
	}
	loader, err := schema.NewLoaderClient(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err == nil && diagnostics.HasErrors() {
		err = diagnostics
	}
	if err != nil {
		log.Fatal(err)
	}
	files, err := nodejs.GeneratePackage("pulumi-language-nodejs", pkg, nil, nil, false, loader)
	if err != nil {
		log.Fatal(err)
	}
	for name, content := range files {
		file := filepath.Join(os.Args[1], name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

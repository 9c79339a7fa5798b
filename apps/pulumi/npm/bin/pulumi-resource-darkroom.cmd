@node "%~dp0pulumi-resource-darkroom" %*

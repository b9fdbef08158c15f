package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// fetched reads what a lock of npm or Python names; other files name nothing here.
func (s *supply) fetched(name string) ([]library, error) {
	var read func([]byte) ([]library, error)
	switch path.Base(name) {
	case npmLock:
		read = npmLibraries
	case requirements:
		read = pythonLibraries
	default:
		return nil, nil
	}
	content, err := os.ReadFile(filepath.Join(s.root, name))
	if err != nil {
		return nil, err
	}
	return read(content)
}

func npmLibraries(content []byte) ([]library, error) {
	var lock npmPackages
	if err := json.Unmarshal(content, &lock); err != nil {
		return nil, err
	}
	var out []library
	for _, key := range sortedKeys(lock.Packages) {
		if key == "" { // the project itself
			continue
		}
		p := lock.Packages[key]
		digest, err := hexOfBase64(strings.TrimPrefix(p.Integrity, "sha512-"))
		if err != nil {
			return nil, fmt.Errorf("read the hash of %s: %w", key, err)
		}
		l := library{ecosystem: "npm", name: npmName(key), version: p.Version, algorithm: "SHA-512", digest: digest}
		if p.License != "" {
			l.licenses = []string{p.License}
		}
		out = append(out, l)
	}
	return out, nil
}

func pythonLibraries(content []byte) ([]library, error) {
	var out []library
	for _, r := range readRequirements(content) { // one of its hashes is installed, which one depends on the machine
		out = append(out, library{ecosystem: "pypi", name: pythonName(r.name), version: r.version})
	}
	return out, nil
}

// npmName is a package's name by the folder that it is put in.
func npmName(key string) string {
	return key[strings.LastIndex(key, "node_modules/")+len("node_modules/"):]
}

// pythonName is a name as the package index compares them.
func pythonName(s string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(s))
}

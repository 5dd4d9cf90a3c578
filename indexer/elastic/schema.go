package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/lurewatch/lurewatch/internal/es"
)

// schemaVersion goes up with every change of the mapping or of the terms that
// [indexer.Analyzer] makes: both need the index to be rebuilt. It is part of the index's name.
const schemaVersion = 1

func (x *Index) concrete() string { return fmt.Sprintf("%s-v%d", x.opt.Name, schemaVersion) }

type object = map[string]any

// template is the index template. A text field gets terms that are already made.
// What is stored beside the search structures is the document alone.
func (x *Index) template() object {
	words := object{"type": "text", "analyzer": "whitespace"}
	keyword := object{"type": "keyword"}
	return object{
		"index_patterns": []string{x.concrete()},
		"priority":       500,
		"template": object{
			"aliases": object{x.opt.Name: object{}},
			"settings": object{
				"number_of_shards":     x.opt.Shards,
				"auto_expand_replicas": "0-1",
				"refresh_interval":     fmt.Sprintf("%dms", x.opt.Refresh.Milliseconds()),
			},
			"mappings": object{
				"dynamic": "strict",
				"_source": object{"includes": []string{"doc"}},
				"properties": object{
					"doc":   object{"type": "object", "enabled": false},
					"id":    keyword,
					"order": object{"type": "long"},
					"title": words, "body": words,
					"lang": keyword, "source": keyword, "company": keyword, "countries": keyword, "contacts": keyword,
					"rules": keyword, "concepts": keyword, "stance": keyword, "state": keyword, "level": keyword,
					"rank":    object{"type": "byte"},
					"flagged": object{"type": "boolean"}, "help": object{"type": "boolean"},
					"vanished": object{"type": "boolean"}, "changed": object{"type": "boolean"},
					"first_seen": object{"type": "date", "format": "epoch_millis"}, // for the histogram
					"seen":       object{"type": "long"},                           // Unix microseconds, for ranges
					"posted":     object{"type": "long"},
					"digests":    object{"type": "keyword", "index": false},
				},
			},
		},
	}
}

var errSchema = errors.New("the alias stands for an index of another version of lurewatch; hint: remove the alias and run: lurewatch rebuild")

// prepare makes template, index and alias when they are not there. Several
// processes may do it at once.
func (x *Index) prepare(ctx context.Context) error {
	var aliases map[string]any
	err := x.es.Do(ctx, http.MethodGet, "/_alias/"+x.opt.Name, nil, &aliases)
	if f, ok := errors.AsType[*es.Fault](err); ok && f.Status == http.StatusNotFound {
		return x.create(ctx)
	}
	if err != nil {
		return err
	}
	if _, ok := aliases[x.concrete()]; !ok || len(aliases) > 1 {
		return errSchema
	}
	if err := x.extend(ctx); err != nil {
		return err
	}
	return x.active(ctx)
}

// extend adds the fields that an index of the same version may have been made
// without: documents that lack them count as false.
func (x *Index) extend(ctx context.Context) error {
	body, err := json.Marshal(object{"properties": object{"vanished": object{"type": "boolean"}, "changed": object{"type": "boolean"}}})
	if err != nil {
		return err
	}
	return x.es.Do(ctx, http.MethodPut, "/"+x.concrete()+"/_mapping", body, nil)
}

func (x *Index) create(ctx context.Context) error {
	body, err := json.Marshal(x.template())
	if err != nil {
		return err
	}
	if err := x.es.Do(ctx, http.MethodPut, "/_index_template/"+x.opt.Name, body, nil); err != nil {
		return err
	}
	err = x.es.Do(ctx, http.MethodPut, "/"+x.concrete(), nil, nil)
	if f, ok := errors.AsType[*es.Fault](err); ok && strings.Contains(f.Type, "already_exists") {
		err = nil // another process was faster
	}
	if err != nil {
		return err
	}
	return x.active(ctx)
}

// active waits until the index can be read and written.
func (x *Index) active(ctx context.Context) error {
	return x.es.Do(ctx, http.MethodGet, "/_cluster/health/"+x.concrete()+"?wait_for_status=yellow&timeout=30s", nil, nil)
}

// Reset removes the index and makes it anew. A Put at the same moment may be
// answered with an error that says so; put it again.
func (x *Index) Reset(ctx context.Context) error {
	err := x.es.Patient(ctx, "reset", func(ctx context.Context) error {
		err := x.es.Do(ctx, http.MethodDelete, "/"+x.concrete()+"?ignore_unavailable=true", nil, nil)
		if err != nil {
			return err
		}
		return x.create(ctx)
	})
	if err != nil {
		return fmt.Errorf("reset index %s: %w", x.opt.Name, err)
	}
	return nil
}

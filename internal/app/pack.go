package app

import (
	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/rules"
)

func (a *App) openClassifier() (err error) {
	if a.pack, err = rules.LoadWith(a.cfg.Rules.Dir); err != nil {
		return err
	}
	a.classifier, err = classifier.New(a.pack, classifier.Options{})
	return err
}

// ruleText is why a rule matters, in the words of its file.
func (a *App) ruleText(id string) (string, bool) {
	if a.pack == nil {
		return "", false
	}
	for _, r := range a.pack.Rules.Rules() {
		if r.ID == id {
			return r.Description, true
		}
	}
	return "", false
}

// conceptTitle is a concept in words.
func (a *App) conceptTitle(id string) (string, bool) {
	if a.pack == nil {
		return "", false
	}
	for _, c := range a.pack.Concepts {
		if c.ID == id {
			return c.Title, true
		}
	}
	return "", false
}

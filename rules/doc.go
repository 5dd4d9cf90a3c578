// Package rules holds what a reviewer of rules edits, and reads it strictly:
//
//   - classes.yaml: the word classes, one meaning in every language
//   - lexicon/<lang>.yaml: the words of each class and the fixed phrases of a concept, one language a file ([Lexicon])
//   - concepts.yaml: the concepts, each a list of patterns over classes, shared by all languages ([Concept], [Pattern])
//   - packs: Sigma rules that speak of concepts and facts
//
// A file that is not exactly right is refused with its name and line, and the
// whole [Pack] with it: rules that half load would judge posts wrongly and
// quietly. The package matches nothing itself. Start at [Load].
package rules

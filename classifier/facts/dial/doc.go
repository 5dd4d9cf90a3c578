// Package dial tells which digits are a telephone number, and in which country, by
// the numbering plans of ITU-T E.164.
//
// The plans are those of libphonenumber, as the module nyaruka/phonenumbers carries
// them. That library runs a dozen regular expressions for each number. This package
// turns the patterns of a country into one table when the country is first asked
// for, and walks over the digits once. For strings of digits, with or without a plus,
// it says the same as the library, and a test holds the two side by side.
//
// It reads digits only: no signs, no letters, no extensions. Start at [New].
package dial

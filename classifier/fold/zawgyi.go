package fold

// fromZawgyi stands in until Zawgyi is converted.
func fromZawgyi(t Text) (Text, bool) { return t, false }

package facts

// Role is the work that a word class of the lexicon names. The classifier finds
// the classes in 26 languages, so the facts look for no words of their own.
type Role struct {
	Name   string // what the person does
	Sector string // one of the Sector constants
}

// The sectors of [Role].
const (
	SectorOffice     = "office"
	SectorGambling   = "gambling"
	SectorFinance    = "finance"
	SectorService    = "service" // kitchens, houses, roads, doors
	SectorPrimary    = "primary" // fields, boats, factories, sites
	SectorMedia      = "media"
	SectorMedical    = "medical"    // organs and pregnancies
	SectorRecruiting = "recruiting" // finding people for others
)

var roles = map[string]Role{
	"CHAT_WORK":         {"chat-operator", SectorOffice},
	"CUSTOMER_SERVICE":  {"customer-service", SectorOffice},
	"DATA_ENTRY":        {"data-entry", SectorOffice},
	"TELEMARKETING":     {"telemarketing", SectorOffice},
	"MARKETING":         {"marketing", SectorOffice},
	"TRANSLATOR":        {"translator", SectorOffice},
	"IT_WORK":           {"programmer", SectorOffice},
	"ECOMMERCE":         {"online-shop", SectorOffice},
	"CRYPTO_FOREX":      {"trader", SectorFinance},
	"LAUNDERING_JARGON": {"money-mule", SectorFinance},
	"GAMBLING":          {"gambling-site", SectorGambling},
	"CASINO":            {"casino", SectorGambling},
	"GAMING":            {"game-promoter", SectorGambling},
	"MODEL":             {"model", SectorMedia},
	"GUARD_WORK":        {"guard", SectorService},
	"COOK_CLEAN":        {"kitchen-cleaning", SectorService},
	"DRIVER_WORK":       {"driver", SectorService},
	"DOMESTIC_WORK":     {"domestic", SectorService},
	"FISHING_WORK":      {"fishing", SectorPrimary},
	"FARM_FACTORY_WORK": {"farm-factory", SectorPrimary},
	"RECRUITER_WORK":    {"recruiter", SectorRecruiting},
	"KIDNEY_ORGAN":      {"organ-donor", SectorMedical},
	"SURROGACY":         {"surrogate", SectorMedical},
}

// RoleOf is the role that a class of the lexicon names; false for classes that name none.
func RoleOf(class string) (Role, bool) {
	r, ok := roles[class]
	return r, ok
}

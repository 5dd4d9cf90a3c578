package app

import (
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/stream"
)

// The topics of the line, in its order.
var (
	captured = stream.Topic[post.Sighting]{Name: "captured", Key: post.Sighting.Key}
	judged   = stream.Topic[post.Judged]{Name: "judged", Key: post.Judged.Key}
	indexed  = stream.Topic[post.Judged]{Name: "indexed", Key: post.Judged.Key}
	events   = stream.Topic[post.Event]{Name: "events", Key: post.Event.Key}
	happened = stream.Topic[post.News]{Name: "happened", Key: post.News.Key}
	decided  = stream.Topic[post.Decision]{Name: "decided", Key: func(d post.Decision) string { return d.ID }, Sync: true}
)

// The stages of the line: durable names of consumers.
const (
	stageClassify = "classify"
	stageIndex    = "index"
	stageDecide   = "decide"
	stageAlert    = "alert"
	stageEvents   = "events"
	stageTell     = "tell"
)

// told lists, for each stage that tells others, the topic that it eats. Nobody waits
// for these: a receiver may be down for long.
var told = []struct{ topic, stage string }{
	{indexed.Name, stageAlert},
	{happened.Name, stageTell},
}

// waiting lists, for each stage, the topic that it eats.
var waiting = []struct{ topic, stage string }{
	{captured.Name, stageClassify},
	{judged.Name, stageIndex},
	{decided.Name, stageDecide},
	{events.Name, stageEvents},
}

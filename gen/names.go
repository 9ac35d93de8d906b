package gen

import "strconv"

// namesOf are the names that a chat gives its agents, queues and strategies.
type namesOf struct{ agents, queues, strategies *[maxParties]string }

func (n *namesOf) queue(i int8) string { return n.queues[i] }

func numbered(word string) *[maxParties]string {
	var names [maxParties]string
	for i := range names {
		names[i] = word + " " + strconv.Itoa(i+1)
	}
	return &names
}

var canonicalNames = namesOf{numbered("Agent"), numbered("Queue"), numbered("Strategy")}

// namings are the ways in which an irregular chat names its people: in no alphabetical order, with what CSV, SQL and
// HTML have to quote, and with one name for a queue, a strategy and an agent.
var namings = func() (all [8]namesOf) {
	odd := [maxParties]string{
		"Zoë", "agent-2", "O'Brien", "Müller, Ana", "1001", "Agent 10", "Agent 20", "Agent 2", "李雷", "a<b>&c", `"q"`,
		"x", "y;z", "Agent 1", "-", "0",
	}
	for i := range all {
		n := namesOf{new([maxParties]string), new([maxParties]string), new([maxParties]string)}
		for j := range maxParties {
			n.agents[j] = odd[(j*5+i*3)%maxParties]
			n.queues[j] = odd[(j*7+i)%maxParties]
			n.strategies[j] = odd[(j*3+i*5)%maxParties]
		}
		all[i] = n
	}
	return all
}()

func drawNames(src Source) namesOf {
	if i := src.Intn(2 * len(namings)); i < len(namings) {
		return namings[i]
	}
	return canonicalNames
}

// fieldNames are names as they are in the field: of several words and scripts, up to 100 characters. The first 20
// characters differ between any two, even without case and accents.
var fieldNames = []string{
	"Anna-Sofía Müller", "Отдел продаж Алматы", "カスタマーサポート 東京", "NULL", "O'Connor, Siân", "خدمة العملاء", "0042",
	"agent@contact.example",
	"Kundenservice für Rückfragen zu Rechnungen, Verträgen und Zählerständen (Privatkunden), zweite Stufe",
	"Nguyễn Thị Minh Khai", "VQ_Chat_EN_Tier-2", "Łukasz Śliwiński", "客户服务 第三组", "Ελληνική εξυπηρέτηση", "1e3", "true",
	"Ana / María", "Ğülşen Öztürk",
	"Back office: complaints, claims and refunds of the northern, western and overseas regions, weekdays",
	"Σ-team", "한국어 상담", "שירות לקוחות", "D'Angelo \"Dee\" Brown", "Chat.Routing.Default", "Ünal", "हिन्दी सहायता", "-1",
	"50% off",
}

// fieldName returns name n; no two are the same.
func fieldName(n int) string {
	name := fieldNames[n%len(fieldNames)]
	if more := n / len(fieldNames); more > 0 {
		return strconv.Itoa(more) + " " + name
	}
	return name
}

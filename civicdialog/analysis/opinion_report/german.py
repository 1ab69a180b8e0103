"""The sentences of the report in German."""

GERMAN = {
    # what is counted
    "contribution": "Beitrag",
    "contributions": "Beiträge",
    "further contribution": "weiteren Beitrag",
    "further contributions": "weiteren Beiträgen",
    "person": "Person",
    "people": "Personen",
    "vote": "Stimme",
    "votes": "Stimmen",
    "vote was": "Stimme wurde",
    "votes were": "Stimmen wurden",
    # headings
    "What people think: {count}": "Meinungsbild: {count}",
    "Contents": "Inhalt",
    "Common ground": "Gemeinsamer Nenner",
    "Together for it": "Gemeinsam dafür",
    "Together against it": "Gemeinsam dagegen",
    "What divides": "Was trennt",
    "Needs more votes": "Braucht noch Stimmen",
    "Opinion groups": "Meinungsgruppen",
    "Topics and groups": "Themen und Gruppen",
    "Opinion map": "Meinungslandkarte",
    "How sure is this?": "Wie sicher ist das?",
    "What this does not say": "Was das nicht sagt",
    "How it was calculated": "Wie gerechnet wurde",
    "Calculate it again": "So rechnen Sie nach",
    "Telling answers": "Kennzeichnende Antworten",
    # the beginning
    "{people} cast {votes} on {contributions}.": "{people}, {votes}, {contributions}.",
    "Common ground: {common}. Dividing: {divides}.": (
        "Gemeinsamer Nenner: {common}. Trennend: {divides}."
    ),
    "{count} replaced by a later one of the same person on the same contribution.": (
        "{count} durch eine spätere derselben Person zum selben Beitrag ersetzt."
    ),
    "{count} on contributions that moderation had left out and did not count.": (
        "{count} zu Beiträgen abgegeben, die die Moderation herausgenommen hat. Das zählt nicht."
    ),
    # contributions
    "In every opinion group a clear majority answers the same way.": (
        "In jeder Meinungsgruppe antwortet eine klare Mehrheit gleich."
    ),
    "A clear majority answers the same way.": "Eine klare Mehrheit antwortet gleich.",
    "There is no such contribution so far.": "So einen Beitrag gibt es bisher nicht.",
    "The groups surely differ here, by 30 percentage points or more.": (
        "Hier unterscheiden sich die Gruppen sicher, und zwar um mindestens 30 Prozentpunkte."
    ),
    "Here people are of two minds.": "Hier sind die Menschen geteilter Meinung.",
    "Fewer than ten votes: {count}. That says nothing about their worth.": (
        "Weniger als zehn Stimmen: {count}. Über ihren Wert sagt das nichts."
    ),
    "On {count} the picture is mixed: neither common ground nor clearly divided.": (
        "Bei {count} ist das Bild gemischt: weder gemeinsamer Nenner noch klar getrennt."
    ),
    "… and {count} more in the file statements.csv.": (
        "… und {count} weitere in der Datei statements.csv."
    ),
    "Contribution {id}": "Beitrag {id}",
    "Votes on this contribution": "Stimmen zu diesem Beitrag",
    "Who": "Wer",
    "Agreement": "Zustimmung",
    "In words": "In Worten",
    "Everybody": "Alle",
    "Group {letter}": "Gruppe {letter}",
    "fewer than five votes, or hidden to protect them": (
        "weniger als fünf Stimmen oder zu ihrem Schutz verborgen"
    ),
    "{count} undecided": "{count} unentschieden",
    "<strong>{share} agree</strong> ({span}), {agree} to {disagree}, {passed}": (
        "<strong>{share} stimmen zu</strong> ({span}), {agree} zu {disagree}, {passed}"
    ),
    # groups
    "Too few people have voted often enough to look for opinion groups.": (
        "Zu wenige Menschen haben oft genug abgestimmt, um Meinungsgruppen zu suchen."
    ),
    "There are too few votes to look for opinion groups.": (
        "Es gibt zu wenige Stimmen, um Meinungsgruppen zu suchen."
    ),
    "No opinion groups stay the same when some votes are left out. Either opinions go across all "
    "people, or more votes are needed.": (
        "Keine Meinungsgruppen bleiben gleich, wenn man einige Stimmen weglässt. Entweder gehen die "
        "Meinungen quer durch alle, oder es braucht mehr Stimmen."
    ),
    "People fall into {count} opinion groups ({sizes}).": (
        "Die Menschen bilden {count} Meinungsgruppen ({sizes})."
    ),
    "They are tentative.": "Sie sind vorläufig.",
    "A group is nothing but people who answered alike. It has no name, no members list and no "
    "leader.": (
        "Eine Gruppe sind nur Menschen, die ähnlich geantwortet haben. Sie hat keinen Namen, keine "
        "Mitgliederliste und keine Leitung."
    ),
    "{people}, {share} of those in groups.": "{people}, {share} derer, die in Gruppen sind.",
    "No single contribution tells this group from the others for sure.": (
        "Kein einzelner Beitrag unterscheidet diese Gruppe sicher von den anderen."
    ),
    "agrees": "stimmt zu",
    "disagrees": "lehnt ab",
    "Share of agreement with the contributions of a topic, with its 95 % interval over persons": (
        "Anteil der Zustimmung zu den Beiträgen eines Themas, mit dem 95-%-Intervall über Personen"
    ),
    "Topic": "Thema",
    "hidden": "verborgen",
    # the map
    "Who lies close together has answered alike. Every hexagon stands for at least five people, its "
    "size for their number, its letter for the group that most of them are in; without a letter no "
    "group is in the majority, or it is hidden. The axes have no names: they are what divides "
    "answers most.": (
        "Wer nah beieinander liegt, hat ähnlich geantwortet. Jedes Sechseck steht für mindestens "
        "fünf Menschen, seine Größe für ihre Zahl, sein Buchstabe für die Gruppe der meisten; ohne "
        "Buchstaben hat keine Gruppe die Mehrheit, oder sie ist verborgen. Die Achsen haben keinen "
        "Namen: Sie sind das, was die Antworten am stärksten trennt."
    ),
    "The table below says the same in words.": "Die Tabelle darunter sagt dasselbe in Worten.",
    "The map as a table": "Die Karte als Tabelle",
    "People at each place of the map, from left to right": (
        "Menschen an jeder Stelle der Karte, von links nach rechts"
    ),
    "to the right": "nach rechts",
    "up": "nach oben",
    "People": "Menschen",
    # certainty
    "Stability of the groups": "Stabilität der Gruppen",
    "{value} of 1: so far groupings agree when one vote in five is left out by chance.": (
        "{value} von 1: So weit stimmen Einteilungen überein, wenn jede fünfte Stimme zufällig fehlt."
    ),
    "People between groups": "Menschen zwischen den Gruppen",
    "{people} answered so that their group is uncertain (below 80 %).": (
        "{people}: Nach ihren Antworten ist die Gruppe unsicher (unter 80 %)."
    ),
    "Only people with seven votes or more": "Nur Menschen mit mindestens sieben Stimmen",
    "Without copied and thoughtless ballots": "Ohne kopierte und gedankenlose Stimmzettel",
    "Without guests": "Ohne Gäste",
    "There are too few votes to say.": "Dafür gibt es zu wenige Stimmen.",
    "On {far} of {all} contributions the share moves by five percentage points or more; at most it "
    "moves by {widest}.": (
        "Bei {far} von {all} Beiträgen ändert sich der Anteil um fünf Prozentpunkte oder mehr; am "
        "stärksten um {widest}."
    ),
    "People who vote here have come by themselves. They do not stand for everybody in the city.": (
        "Wer hier abstimmt, ist von selbst gekommen. Diese Menschen stehen nicht für die ganze Stadt."
    ),
    "A majority is no decision, and a small group is no mistake. Please read what people wrote.": (
        "Eine Mehrheit ist kein Beschluss, und eine kleine Gruppe ist kein Fehler. Bitte lesen Sie, "
        "was die Menschen geschrieben haben."
    ),
    "Groups describe answers, not people. Whoever answers otherwise tomorrow may be in another.": (
        "Gruppen beschreiben Antworten, nicht Menschen. Wer morgen anders antwortet, gehört "
        "vielleicht zu einer anderen."
    ),
    "Several people who copy each other's ballots can move a share. Compare the line without copied "
    "ballots.": (
        "Mehrere, die voneinander abschreiben, können einen Anteil verschieben. Vergleichen Sie die "
        "Zeile ohne kopierte Stimmzettel."
    ),
    # method and origin
    "Every vote counts as it was cast. What somebody did not vote on is never guessed.": (
        "Jede Stimme zählt, wie sie abgegeben wurde. Wozu jemand nicht abgestimmt hat, wird nie "
        "geraten."
    ),
    "People who answer alike are put into opinion groups. The number of groups is the one that stays "
    "the same when votes are left out by chance; one group is a possible answer.": (
        "Wer ähnlich antwortet, kommt in eine Meinungsgruppe. Es sind so viele Gruppen, wie auch dann "
        "gleich bleiben, wenn zufällig Stimmen fehlen; eine Gruppe ist eine mögliche Antwort."
    ),
    "That groups differ on a contribution is said only if half of the votes formed the groups and the "
    "other half shows the difference, both ways round, with a limit on false alarms (Benjamini and "
    "Hochberg, 5 %).": (
        "Dass Gruppen sich bei einem Beitrag unterscheiden, steht hier nur, wenn die eine Hälfte der "
        "Stimmen die Gruppen gebildet hat und die andere den Unterschied zeigt, und umgekehrt. "
        "Falsche Treffer sind begrenzt (Benjamini und Hochberg, 5 %)."
    ),
    "Intervals are 95 % intervals by Wilson: they are wide where few people voted.": (
        "Die Spannen sind 95-%-Intervalle nach Wilson: Sie sind breit, wo wenige abgestimmt haben."
    ),
    "Sums of fewer than five people are hidden, and so is what would tell them by subtraction.": (
        "Summen aus weniger als fünf Menschen sind verborgen, ebenso alles, woraus sie sich "
        "errechnen ließen."
    ),
    "The same votes, settings and versions give the same result, in whatever order the votes stand. "
    "With the same files this call is enough:": (
        "Dieselben Stimmen, Einstellungen und Versionen geben dasselbe Ergebnis, gleich in welcher "
        "Reihenfolge die Stimmen stehen. Mit denselben Dateien genügt dieser Aufruf:"
    ),
    "It also writes a file with all ballots without names. Whoever has that file can check it:": (
        "Er schreibt auch eine Datei mit allen Stimmzetteln ohne Namen. Wer sie hat, kann sie prüfen:"
    ),
    "Votes (SHA-256)": "Stimmen (SHA-256)",
    "Result (SHA-256)": "Ergebnis (SHA-256)",
    "Seed": "Startwert",
    "Programs": "Programme",
}

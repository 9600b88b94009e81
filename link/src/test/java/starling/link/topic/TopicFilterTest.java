package starling.link.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TopicFilterTest {

    /** Every text of 1 to 3 levels over the alphabet. */
    private static List<String> texts(List<String> alphabet) {
        List<String> all = new ArrayList<>(alphabet);
        int from = 0;
        for (int levels = 2; levels <= 3; levels++) {
            int to = all.size();
            for (int i = from; i < to; i++) {
                for (String level : alphabet) {
                    all.add(all.get(i) + "/" + level);
                }
            }
            from = to;
        }
        all.removeIf(String::isEmpty);
        return all;
    }

    /** A second opinion: the filter as a regular expression. */
    private static boolean matchesByPattern(String filter, String topic) {
        String pattern = filter.equals("#")
                ? ".*"
                : Pattern.quote(filter).replace("+", "\\E[^/]*\\Q").replaceFirst("/#\\\\E$", "\\\\E(/.*)?");
        return Pattern.matches(pattern, topic);
    }

    private static List<String> filters() {
        List<String> filters = texts(List.of("a", "b", "", "+", "#"));
        filters.removeIf(filter -> filter.contains("#/"));
        return filters;
    }

    @Test
    void matchingAgreesWithRegularExpressions() {
        for (String filter : filters()) {
            for (String topic : texts(List.of("a", "b", ""))) {
                assertEquals(
                        matchesByPattern(filter, topic), TopicFilter.matches(filter, topic), filter + " on " + topic);
            }
        }
    }

    @Test
    void coveringAndOverlapAgreeWithTheirDefinition() {
        // The empty topic is none, but the rules do not know: "/#" matches the level before it.
        // With letters that filters do not name, and one more level, the topics below tell all these filters apart.
        List<String> topics = texts(List.of("a", "b", "", "c"));
        texts(List.of("a", "b", "", "c")).stream()
                .filter(topic -> topic.chars().filter(c -> c == '/').count() == 2)
                .forEach(topic -> topics.add(topic + "/c"));
        topics.add("");
        List<String> filters = filters();
        for (String first : filters) {
            for (String second : filters) {
                boolean covers = true;
                boolean overlap = false;
                for (String topic : topics) {
                    boolean a = TopicFilter.matches(first, topic);
                    boolean b = TopicFilter.matches(second, topic);
                    covers &= a || !b;
                    overlap |= a && b;
                }
                assertEquals(overlap, TopicFilter.overlap(first, second), first + " overlaps " + second);
                assertEquals(covers, TopicFilter.covers(first, second), first + " covers " + second);
            }
        }
    }

    @Test
    void wildcardsInFrontDoNotSeeTheBrokersOwnTopics() {
        assertFalse(TopicFilter.matches("#", "$SYS/load"));
        assertFalse(TopicFilter.matches("+/load", "$SYS/load"));
        assertTrue(TopicFilter.matches("$SYS/#", "$SYS/load"));
    }

    @Test
    void malformedTopicsAndFiltersAreRefused() {
        for (String topic : List.of("", "a/+", "a/#", "#", "a\0", "$SYS/x", "x".repeat(65536), "é".repeat(513))) {
            assertThrows(IllegalArgumentException.class, () -> TopicFilter.requireTopic(topic));
        }
        for (String filter : List.of("", "a+", "a/b#", "#/a", "++", "\0", "x".repeat(1025))) {
            assertThrows(IllegalArgumentException.class, () -> TopicFilter.requireFilter(filter));
        }
        assertEquals("+/a/#", TopicFilter.requireFilter("+/a/#"));
        assertEquals("a/b", TopicFilter.requireTopic("a/b"));
    }
}

package starling.repurpose.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import starling.repurpose.fixture.Html;

class MarkupTest {
    @Test
    void everyCharacterComesBackOrIsReplaced() throws IOException {
        for (int first = 0; first <= 0x11FFF; first += 1024) {
            StringBuilder page = new StringBuilder("<p>");
            for (int c = first; c < first + 1024; c++) {
                String text = Markup.escaped(text(c));
                page.append("<i title=\"" + text + "\">" + text + "</i>");
            }
            List<Element> back = Html.parse(page.append("</p>").toString()).all("i");
            for (int c = first; c < first + 1024; c++) {
                String shown = back.get(c - first).getTextContent();
                assertTrue(shown.equals(text(c)) || shown.equals("?"), "character " + c);
                if ((c >= 0x20 && c < 0x7F) || (c >= 0xC0 && c < 0x2000)) {
                    assertEquals(text(c), shown);
                }
                if (c >= 0x20 && c < 0x7F) {
                    assertEquals(text(c), back.get(c - first).getAttribute("title"));
                }
            }
        }
        assertEquals("?", Markup.escaped("\u0000"));
        assertEquals("?", Markup.escaped("\uD800"));
        assertEquals("?", Markup.escaped("\u202E"));
        assertEquals("?", Markup.escaped("\uFFFF"));
    }

    /** A character, or half of one. */
    private static String text(int c) {
        return c >= 0xD800 && c < 0xE000 ? String.valueOf((char) c) : Character.toString(c);
    }

    @Test
    void numbers() {
        assertEquals("1\u202F234\u202F567", Markup.count(1_234_567));
        assertEquals("1\u00A0value", Markup.count(1, "value", "values"));
        assertEquals("0\u00A0values", Markup.count(0, "value", "values"));
        assertEquals("97.65\u202F%", Markup.percent(0.9765));
        assertEquals("33.3\u202F%", Markup.percent(1, 3));
        assertEquals("\u2013", Markup.percent(0, 0));
        assertEquals("0", Markup.real(0));
        assertEquals("1.234", Markup.real(1.23449));
        assertEquals("-12.35", Markup.real(-12.349));
        assertEquals("26867", Markup.real(26_867.4));
        assertEquals("0.001235", Markup.real(0.0012349));
        assertEquals("2.286\u00B710\u2076", Markup.real(2_286_123));
        assertEquals("1.500\u00B710\u207B\u00B9\u00B2", Markup.real(1.5e-12));
        assertEquals("Infinity", Markup.real(Double.POSITIVE_INFINITY));
    }
}

package starling.repurpose.report;

import java.util.Locale;

/** Small pieces of HTML that is also well-formed XML; every text given here is escaped. */
final class Markup {
    private Markup() {}

    static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isAllowed(c) ? c : '?');
            }
        });
        return out.toString();
    }

    /** Characters that XML and HTML allow, and that do not turn the direction of the text around them. */
    private static boolean isAllowed(int c) {
        boolean control = c < ' ' ? c != '\n' && c != '\t' : c >= 0x7F && c < 0xA0;
        boolean turning = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
        return !control && !turning && !surrogate && (c & 0xFFFE) != 0xFFFE;
    }

    static String heading(int level, String text) {
        return "<h" + level + ">" + escaped(text) + "</h" + level + ">\n";
    }

    static String paragraph(String text) {
        return "<p>" + escaped(text) + "</p>\n";
    }

    static String note(String text) {
        return "<p class=\"note\">" + escaped(text) + "</p>\n";
    }

    /** A section with a heading that the page's contents link to. */
    static String section(String id, String title, String content) {
        return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-title\">\n<h2 id=\"" + id + "-title\">"
                + escaped(title) + "</h2>\n" + content + "</section>\n";
    }

    /** A bar of a fraction's length. */
    static String bar(double fraction) {
        return String.format(
                Locale.ROOT,
                "<span class=\"bar\" aria-hidden=\"true\"><span style=\"width:%.1f%%\"></span></span>",
                100 * Math.max(0, Math.min(1, fraction)));
    }

    /** 1 234 567, with thin spaces that do not break. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', '\u202F');
    }

    /** The same with its noun. */
    static String count(long number, String one, String many) {
        return count(number) + "\u00A0" + (number == 1 ? one : many);
    }

    static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.2f\u202F%%", 100 * fraction);
    }

    static String percent(long part, long of) {
        return of == 0 ? "\u2013" : String.format(Locale.ROOT, "%.1f\u202F%%", 100.0 * part / of);
    }

    /** Four significant digits, very large and very small numbers with a power of ten. */
    static String real(double number) {
        double size = Math.abs(number);
        if (size == 0 || !Double.isFinite(number)) {
            return size == 0 ? "0" : String.valueOf(number);
        }
        if (size >= 0.001 && size < 99_995) {
            int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
            return String.format(Locale.ROOT, "%." + digits + "f", number);
        }
        String[] parts = String.format(Locale.ROOT, "%.3e", number).split("e", -1);
        return parts[0] + "\u00B7" + powerOfTen(Integer.parseInt(parts[1]));
    }

    /** 10 with a raised exponent. */
    static String powerOfTen(int exponent) {
        StringBuilder out = new StringBuilder("10").append(exponent < 0 ? "\u207B" : "");
        String.valueOf(Math.abs(exponent))
                .chars()
                .forEach(digit ->
                        out.append("\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079".charAt(digit - '0')));
        return out.toString();
    }
}

package starling.repurpose.report;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An HTML table with a caption and headers, the first column naming the rows. Built row by row. */
final class Table {
    private final String caption;
    private final List<String> heads;
    private final StringBuilder rows = new StringBuilder();
    private final Set<Integer> numeric = new HashSet<>();
    private int column;

    Table(String caption, List<String> heads) {
        this.caption = caption;
        this.heads = heads;
    }

    /** Begins a row. */
    Table row(String name) {
        return row(name, "");
    }

    /** Begins a row of a style class. */
    Table row(String name, String style) {
        rows.append(column == 0 ? "" : "</tr>\n")
                .append(style.isEmpty() ? "<tr>" : "<tr class=\"" + style + "\">")
                .append("<th scope=\"row\">")
                .append(Markup.escaped(name))
                .append("</th>");
        column = 1;
        return this;
    }

    Table text(String text) {
        return markup(Markup.escaped(text));
    }

    /** A cell of ready markup. */
    Table markup(String html) {
        rows.append("<td>").append(html).append("</td>");
        column++;
        return this;
    }

    Table number(String number) {
        return number("", number);
    }

    Table count(long number) {
        return number("", Markup.count(number));
    }

    /** A count that something outside can find by its id. */
    Table count(String id, long number) {
        return number(" id=\"" + id + "\"", Markup.count(number));
    }

    private Table number(String attribute, String number) {
        numeric.add(column);
        rows.append("<td class=\"n\"")
                .append(attribute)
                .append('>')
                .append(Markup.escaped(number))
                .append("</td>");
        column++;
        return this;
    }

    String html() {
        StringBuilder out = new StringBuilder("<div class=\"wide\"><table>\n");
        out.append("<caption>").append(Markup.escaped(caption)).append("</caption>\n<thead><tr>");
        for (int i = 0; i < heads.size(); i++) {
            out.append("<th scope=\"col\"")
                    .append(numeric.contains(i) ? " class=\"n\">" : ">")
                    .append(Markup.escaped(heads.get(i)))
                    .append("</th>");
        }
        out.append("</tr></thead>\n<tbody>\n").append(rows);
        return out.append(column == 0 ? "" : "</tr>\n")
                .append("</tbody>\n</table></div>\n")
                .toString();
    }
}

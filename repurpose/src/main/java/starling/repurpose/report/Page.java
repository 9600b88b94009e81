package starling.repurpose.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import starling.models.plan.Plan;

/**
 * A report as one HTML page: no scripts, and nothing from outside, which its content security policy holds. Well-formed as XML
 * too. The same findings give the same page.
 */
public final class Page {
    private static final String STYLE = "report.css";
    private static final List<String[]> CONTENTS = List.of(
            new String[] {"summary", "In short"},
            new String[] {"weights", "Weights"},
            new String[] {"layers", "Layers"},
            new String[] {"assignment", "Units"},
            new String[] {"links", "Links"},
            new String[] {"work", "Work"},
            new String[] {"accuracy-section", "Accuracy"},
            new String[] {"comparison", "Other ways"},
            new String[] {"bound", "Bound"},
            new String[] {"solvers", "Solvers"},
            new String[] {"about", "About"});

    private Page() {}

    /** Writes the page. */
    public static String of(Findings findings) {
        Plan plan = findings.bundle().plan();
        String title = plan.modelName() + " over " + Markup.count(plan.workers(), "worker", "workers");
        PlanSections sections = new PlanSections(findings);
        EvidenceSections evidence = new EvidenceSections(findings);
        StringBuilder out = new StringBuilder();
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"UTF-8\"/>\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:;"
                        + " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>")
                .append(Markup.escaped(title))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<main>\n<header>\n<h1>")
                .append(Markup.escaped(title))
                .append("</h1>\n</header>\n")
                .append(sections.tiles())
                .append("<nav aria-label=\"Contents\"><ul>");
        for (String[] entry : CONTENTS) {
            out.append("<li><a href=\"#")
                    .append(entry[0])
                    .append("\">")
                    .append(entry[1])
                    .append("</a></li>");
        }
        out.append("</ul></nav>\n")
                .append(Markup.section("summary", "In short", sections.summary()))
                .append(evidence.pictures())
                .append(Markup.section("layers", "Layers", sections.layers()))
                .append(Markup.section("assignment", "Who has which units", sections.assignment()))
                .append(Markup.section("links", "What crosses between workers", sections.links()))
                .append(Markup.section("work", "Work per worker", sections.work()))
                .append(evidence.accuracy())
                .append(new ComparisonSection(findings).html())
                .append(evidence.bound())
                .append(evidence.solvers())
                .append(Markup.section("about", "About this bundle", about(findings)));
        return out.append("</main>\n</body>\n</html>\n").toString();
    }

    private static String about(Findings findings) {
        Plan plan = findings.bundle().plan();
        Table table = new Table("Where this comes from", List.of("", ""));
        table.row("written by").text(plan.producer());
        table.row("objective").text(plan.objective());
        String baseline = plan.baseline();
        if (baseline != null) {
            table.row("rival").text(baseline);
        }
        table.row("assignment took").text(Markup.real(plan.account().assignmentSeconds()) + " s");
        table.row("model, SHA-256").markup("<code>" + Markup.escaped(plan.modelSha256()) + "</code>");
        table.row("plan.json, SHA-256")
                .markup("<code>" + HexFormat.of().formatHex(findings.bundle().planHash()) + "</code>");
        table.row("checked")
                .text(Markup.count(findings.verification().files(), "file has its hash", "files have their hashes")
                        + ", and the sub-models compute what reference.onnx does up to "
                        + Markup.real(findings.verification().maxRelDiff()) + " on "
                        + findings.verification().samples() + " random inputs");
        return table.html();
    }

    private static String style() {
        try (InputStream in = Page.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IllegalStateException(STYLE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

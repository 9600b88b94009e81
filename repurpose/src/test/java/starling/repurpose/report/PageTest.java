package starling.repurpose.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.Html;
import starling.repurpose.fixture.QuickBundles;
import starling.repurpose.fixture.SmallFiles;

/** The page says what the plan says, whoever named its layers, and needs nothing from outside. */
class PageTest {
    private static final Duration TIME = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    private static Bundle partitioned(Path model, Path out, Object... more) {
        Object[] arguments = IntStream.range(0, more.length + 4)
                .mapToObj(i -> i < 4 ? new Object[] {"partition", model, "--out", out}[i] : more[i - 4])
                .toArray();
        Cli run = Cli.run(arguments);
        assertEquals(0, run.exit(), run.err());
        return Bundle.open(out);
    }

    /** With the comparison for two workers only: it takes its time. */
    private static Html page(Bundle bundle, DataSpec data) throws IOException {
        Dataset opened = data.open(Split.ALL, 1);
        Duration time = bundle.plan().workers() == 2 ? TIME : Duration.ZERO;
        return Html.parse(Page.of(Findings.of(bundle, new Findings.Wishes(opened, null, null, 1, time, true, null))));
    }

    private static Html page(Bundle bundle) throws IOException {
        return Html.parse(
                Page.of(Findings.of(bundle, new Findings.Wishes(null, null, null, 1, Duration.ZERO, false, null))));
    }

    @ParameterizedTest
    @CsvSource({"1, values", "2, values", "3, edges", "5, values", "40, values"})
    void numbersAreThePlans(int workers, String objective) throws IOException {
        Path data = SmallFiles.table(folder, 60, SmallFiles.FEATURES, SmallFiles.CLASSES);
        Bundle bundle = partitioned(
                SmallFiles.dense(folder),
                folder.resolve("bundle"),
                "--workers",
                workers,
                "--objective",
                objective,
                "--eta2",
                "0.05");
        DataSpec spec = DataSpec.parse("csv:" + data + ",split=all");
        Html page = page(bundle, spec);
        Plan plan = bundle.plan();
        long values = 0;
        long bytes = 0;
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                String id = "link-" + exchange.step() + "-" + link.from() + "-" + link.to();
                Map<String, Long> kinds = new TreeMap<>(Map.of("activation", 0L, "partialSum", 0L));
                link.pieces()
                        .forEach(piece ->
                                kinds.merge(piece.kind(), (long) piece.indices().length * piece.each(), Long::sum));
                assertEquals(kinds.get("activation"), page.number(id + "-activations"));
                assertEquals(kinds.get("partialSum"), page.number(id + "-sums"));
                assertEquals(link.values(), page.number(id + "-values"));
                assertEquals(link.bytes(), page.number(id + "-bytes"));
                values += link.values();
                bytes += link.bytes();
            }
        }
        assertEquals(values, page.number("values"));
        assertEquals(bytes, page.number("bytes"));
        assertEquals(plan.exchanges().size(), page.number("rounds"));
        if (workers > 1) {
            assertEquals((workers - 1L) * SmallFiles.FEATURES, page.number("values-naive"));
            assertEquals((workers - 1L) * SmallFiles.CLASSES, page.number("values-late-fusion"));
            assertEquals(plan.account().baseline(), page.number("values-baseline"));
        }
        for (int i = 0; i < plan.layers().size(); i++) {
            Plan.Layer layer = plan.layers().get(i);
            assertEquals(layer.crossEdges(), page.number("layer-" + i + "-cross"));
            assertEquals(layer.keptEdges(), page.number("layer-" + i + "-kept"));
            assertEquals(layer.values(), page.number("layer-" + i + "-values"));
        }
        for (int i = 0; i < plan.spaces().size() && workers <= 12; i++) {
            for (int k = 0; k < workers; k++) {
                int worker = k;
                assertEquals(
                        IntStream.of(plan.spaces().get(i).owners())
                                .filter(owner -> owner == worker)
                                .count(),
                        page.number("space-" + i + "-worker-" + k));
            }
        }
        for (int k = 0; k < workers; k++) {
            assertEquals(plan.parts().get(k).multiplyAdds(), page.number("work-" + k));
        }
        assertEquals(6 * 8 + 8 * 5 + 5 * 3, page.number("work-original"));
        Evaluation evaluation = Evaluation.of(bundle, spec.open(Split.ALL, 1));
        assertEquals(Math.round(60 * evaluation.plan()), page.number("accuracy-plan-row"));
        assertEquals(Math.round(60 * evaluation.original()), page.number("accuracy-original"));
        assertEquals(Math.round(60 * evaluation.agreement()), page.number("agreement"));
        assertEquals(String.format(Locale.ROOT, "%.2f\u202F%%", 100 * evaluation.plan()), page.at("accuracy-plan"));
        assertSelfContained(page);
    }

    /** Nothing that a browser would fetch, run or send, and names for everything that is drawn. */
    private static void assertSelfContained(Html page) {
        for (String forbidden :
                List.of("script", "link", "iframe", "object", "embed", "base", "form", "img", "audio")) {
            assertEquals(List.of(), page.all(forbidden), forbidden);
        }
        for (Element element : page.all("*")) {
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                String name = element.getAttributes().item(i).getNodeName();
                String value = element.getAttributes().item(i).getNodeValue();
                assertFalse(name.startsWith("on"), name);
                if (name.equals("href") || name.equals("src")) {
                    assertTrue(value.startsWith("#") || value.startsWith("data:image/png;base64,"), value);
                }
                assertFalse(value.contains("url("), value);
            }
        }
        String style = page.all("style").get(0).getTextContent();
        assertFalse(style.contains("url(") || style.contains("@import"), "the style sheet fetches something");
        assertFalse(Pattern.compile("https?:|//[a-z]").matcher(page.text()).find(), "a reference to the outside");
        for (Element picture : page.all("svg")) {
            assertTrue(
                    picture.getAttribute("aria-hidden").equals("true")
                            || (picture.getAttribute("role").equals("img")
                                    && !picture.getAttribute("aria-label").isBlank()),
                    "a picture needs a name");
        }
        for (Element table : page.all("table")) {
            assertEquals(1, table.getElementsByTagName("caption").getLength());
            int columns = ((Element) table.getElementsByTagName("tr").item(0))
                    .getElementsByTagName("th")
                    .getLength();
            for (int row = 1; row < table.getElementsByTagName("tr").getLength(); row++) {
                Element cells = (Element) table.getElementsByTagName("tr").item(row);
                assertEquals(
                        columns,
                        cells.getElementsByTagName("th").getLength()
                                + cells.getElementsByTagName("td").getLength(),
                        "cells in row " + row + " of " + table.getTextContent());
                assertEquals(1, cells.getElementsByTagName("th").getLength());
            }
        }
        for (Element link : page.all("a")) {
            page.at(link.getAttribute("href").substring(1));
        }
    }

    @Test
    void namesAreNeverMarkup() throws IOException {
        String evil = "</td></title></svg><script>alert(\"1\")</script>' onload='x'&amp;\u202E<!--";
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(SmallFiles.dense(folder)));
        ModelProto.Builder hostile = model.toBuilder();
        Map<String, String> renamed = new TreeMap<>(Map.of("x", evil + " in", "y", evil + " out"));
        for (NodeProto node : model.getGraph().getNodeList()) {
            node.getOutputList().forEach(output -> renamed.putIfAbsent(output, evil + renamed.size()));
        }
        for (int i = 0; i < hostile.getGraph().getNodeCount(); i++) {
            NodeProto.Builder node = hostile.getGraphBuilder().getNodeBuilder(i).setName(evil + " node " + i);
            for (int j = 0; j < node.getInputCount(); j++) {
                node.setInput(j, renamed.getOrDefault(node.getInput(j), node.getInput(j)));
            }
            for (int j = 0; j < node.getOutputCount(); j++) {
                node.setOutput(j, renamed.getOrDefault(node.getOutput(j), node.getOutput(j)));
            }
        }
        hostile.getGraphBuilder().getInputBuilder(0).setName(evil + " in");
        hostile.getGraphBuilder().getOutputBuilder(0).setName(evil + " out");
        Path file = Files.write(
                folder.resolve("a<b onload='x'>&\"c.onnx"), hostile.build().toByteArray());
        Bundle bundle = partitioned(file, folder.resolve("bundle"), "--workers", 2);
        String name = folder.resolve("t<script>.csv").toString();
        Files.copy(SmallFiles.table(folder, 30, SmallFiles.FEATURES, SmallFiles.CLASSES), Path.of(name));
        Html page = page(bundle, DataSpec.parse("csv:" + name + ",split=all"));
        assertSelfContained(page);
        assertTrue(page.text().contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload="), "escaped");
        assertFalse(page.text().contains("\u202E"), "a mark that turns the text around");
        assertTrue(page.all("h1").get(0).getTextContent().startsWith("a<b onload='x'>&\"c.onnx over 2"));
        assertEquals(11, page.all("section").size(), "no section was closed early");
    }

    @Test
    void theSameFindingsGiveTheSamePage() throws IOException {
        Bundle bundle = partitioned(SmallFiles.convolutional(folder), folder.resolve("bundle"), "--workers", 3);
        assertEquals(page(bundle).text(), page(bundle).text());
        assertSelfContained(page(bundle));
    }

    @ParameterizedTest
    @CsvSource({"naive", "original-order", "sparse", "late-fusion"})
    void rivalsHaveAPageToo(String baseline) throws IOException {
        Path data = SmallFiles.table(folder, 30, 36, SmallFiles.CLASSES);
        Bundle bundle = partitioned(
                SmallFiles.convolutional(folder),
                folder.resolve("bundle"),
                "--workers",
                2,
                "--baseline",
                baseline,
                "--inputs",
                "split");
        Html page = page(bundle, DataSpec.parse("csv:" + data + ",split=all"));
        assertSelfContained(page);
        assertTrue(page.text().contains("rival"));
        assertEquals(bundle.plan().account().values(), page.number("values"));
    }

    /** Of two bundles of one model, the plan of the first with the original of another: owners no longer fit. */
    @Test
    void aNetworkThatCannotBeRestoredIsSaid() throws IOException {
        Bundle bundle = partitioned(SmallFiles.dense(folder), folder.resolve("bundle"), "--workers", 2);
        Bundle other = partitioned(
                SmallFiles.convolutional(folder), folder.resolve("other"), "--workers", 2, "--inputs", "split");
        Bundle mixed =
                QuickBundles.exchanged(bundle, Bundle.ORIGINAL, other.read(Bundle.ORIGINAL), folder.resolve("mixed"));
        Html page = page(mixed);
        assertTrue(page.text().contains("could not be restored"), "the reason");
        assertFalse(page.text().contains("class=\"weights\""), "no picture");
        assertEquals(bundle.plan().account().values(), page.number("values"));
        assertSelfContained(page);
    }

    @Test
    void unitsAreListedAsRanges() {
        int[] owners = {0, 0, 1, 0, 1, 1, 1, 2};
        assertEquals("0\u20131, 3", Words.units(owners, 0, 9));
        assertEquals("2, 4\u20136", Words.units(owners, 1, 9));
        assertEquals("7", Words.units(owners, 2, 9));
        assertEquals("none", Words.units(owners, 3, 9));
        assertEquals("0\u20131 and 1\u00A0more range, listed in plan.json", Words.units(owners, 0, 1));
    }

    @Test
    void oneDeviceAlone() {
        Path model = SmallFiles.dense(folder);
        Plan one = partitioned(model, folder.resolve("one"), "--workers", 1).plan();
        assertEquals("This plan is one device alone.", Words.alone(one));
        Plan two = partitioned(model, folder.resolve("two"), "--workers", 2).plan();
        long saved = 6 * 8
                + 8 * 5
                + 5 * 3
                - two.parts().stream().mapToLong(Plan.Part::multiplyAdds).max().orElse(0);
        assertTrue(
                Words.alone(two).startsWith("Judged by time, yes if one device does the " + saved + " multiply-adds"),
                Words.alone(two));
        assertTrue(Words.alone(two).contains("sent the 3 input numbers"), Words.alone(two));
        Plan naive = partitioned(model, folder.resolve("naive"), "--workers", 2, "--baseline", "naive")
                .plan();
        assertTrue(Words.alone(naive).startsWith("Judged by time, yes: the busiest worker"), Words.alone(naive));
    }
}

package starling.repurpose.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import starling.repurpose.fixture.Html;

/** Marks stand where the axes' own labels say. */
class ChartTest {
    private static final Chart.Axis VALUES = new Chart.Axis("values", Chart.Scale.COUNT);
    private static final Chart.Axis ACCURACY = new Chart.Axis("accuracy", Chart.Scale.FRACTION);
    private static final Chart.Axis ETA = new Chart.Axis("eta", Chart.Scale.LOGARITHMIC);

    private static List<double[]> marks(Html svg, int style) {
        List<double[]> found = new ArrayList<>();
        for (Element group : svg.all("g")) {
            if (group.getAttribute("class").equals("mark s" + style)) {
                String[] at = group.getAttribute("transform")
                        .replaceAll("translate\\(|\\)", "")
                        .split(" ", -1);
                found.add(new double[] {Double.parseDouble(at[0]), Double.parseDouble(at[1])});
            }
        }
        return found;
    }

    /** Label and position of the ticks of one axis. */
    private static List<double[]> ticks(Html svg, String axis) {
        List<double[]> found = new ArrayList<>();
        for (Element text : svg.all("text")) {
            if (text.getAttribute("class").equals(axis)) {
                String label = text.getTextContent();
                double number = label.endsWith("%")
                        ? Double.parseDouble(label.replaceAll("[^0-9.]", "")) / 100
                        : Double.parseDouble(plain(label));
                double at = Double.parseDouble(text.getAttribute(axis)) - (axis.equals("y") ? 4 : 0);
                found.add(new double[] {number, at});
            }
        }
        return found;
    }

    /** 5·10⁻⁴ as 5e-4, thin spaces gone. */
    private static String plain(String label) {
        String digits = label.replace("\u202F", "").replace("\u207B", "-");
        String raised = "\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079";
        for (int i = 0; i < 10; i++) {
            digits = digits.replace(raised.charAt(i), (char) ('0' + i));
        }
        int power = digits.indexOf("10-");
        return power < 0
                ? digits
                : (power == 0 ? "1" : digits.substring(0, power - 1)) + "e-" + digits.substring(power + 3);
    }

    /** The position that two ticks on a known scale give any number. */
    private static DoubleUnaryOperator ruler(List<double[]> ticks, DoubleUnaryOperator scale) {
        assertTrue(ticks.size() >= 2, ticks.size() + " ticks");
        double[] first = ticks.get(0);
        double[] last = ticks.get(ticks.size() - 1);
        double slope = (last[1] - first[1]) / (scale.applyAsDouble(last[0]) - scale.applyAsDouble(first[0]));
        return number -> first[1] + slope * (scale.applyAsDouble(number) - scale.applyAsDouble(first[0]));
    }

    @Test
    void marksAgreeWithTheTicks() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 50; trial++) {
            boolean eta = trial % 2 == 0;
            double spread = trial % 5 == 0 ? 2 : 5;
            List<Chart.Series> series = new ArrayList<>();
            for (int style = 1; style <= 4; style++) {
                List<Chart.Mark> points = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    double x = eta
                            ? Math.pow(10, random.nextDouble(-spread, 0))
                            : Math.floor(Math.pow(10, random.nextDouble(0, spread))) - 1;
                    points.add(new Chart.Mark(x, random.nextDouble(0.2, 0.999), "p" + i));
                }
                series.add(new Chart.Series("way " + style, style, points));
            }
            Html svg = Html.parse(new Chart("title", eta ? ETA : VALUES, ACCURACY, series).svg());
            DoubleUnaryOperator xs = ruler(ticks(svg, "x"), eta ? Math::log10 : number -> Math.log10(1 + number));
            DoubleUnaryOperator ys = ruler(ticks(svg, "y"), number -> -Math.log10(1 - number));
            for (Chart.Series one : series) {
                List<double[]> drawn = marks(svg, one.style());
                assertEquals(one.marks().size(), drawn.size());
                for (int i = 0; i < drawn.size(); i++) {
                    assertEquals(xs.applyAsDouble(one.marks().get(i).x()), drawn.get(i)[0], 0.5);
                    assertEquals(ys.applyAsDouble(one.marks().get(i).y()), drawn.get(i)[1], 0.5);
                    assertTrue(drawn.get(i)[0] >= 60 && drawn.get(i)[0] <= 560 && drawn.get(i)[1] >= 0);
                }
            }
        }
    }

    @Test
    void linesJoinTheMarksInOrder() throws IOException {
        Chart.Series series = new Chart.Series(
                "way",
                2,
                List.of(new Chart.Mark(1, 0.5, "a"), new Chart.Mark(100, 0.9, "b"), new Chart.Mark(10, 0.7, "c")));
        Html svg = Html.parse(new Chart("title", VALUES, ACCURACY, List.of(series)).svg());
        StringBuilder path = new StringBuilder();
        for (double[] mark : marks(svg, 2)) {
            path.append(path.isEmpty() ? "M" : "L")
                    .append(String.format(java.util.Locale.ROOT, "%.2f %.2f", mark[0], mark[1]));
        }
        assertTrue(
                svg.all("path").stream()
                        .anyMatch(line -> line.getAttribute("class").equals("line s2")
                                && line.getAttribute("d").contentEquals(path)),
                path.toString());
        assertEquals(
                List.of("title", "way: a", "way: b", "way: c"),
                svg.all("title").stream().map(Element::getTextContent).toList());
    }

    @Test
    void oddDataStillMakeAChart() throws IOException {
        Chart.Series none = new Chart.Series("none", 1, List.of());
        Chart.Series one = new Chart.Series("one", 2, List.of(new Chart.Mark(0, 1, "all right, for nothing")));
        Chart.Series level = new Chart.Series("level", 5, List.of(new Chart.Mark(1, 0, "all wrong")), true);
        for (List<Chart.Series> series : List.of(
                List.<Chart.Series>of(), List.of(none), List.of(one), List.of(level), List.of(none, one, level))) {
            String svg = new Chart("<&\"", VALUES, ACCURACY, series).svg();
            Html.parse(svg);
            Html.parse(Chart.legend(series));
            assertTrue(!svg.contains("NaN") && !svg.contains("Infinity"), svg);
        }
    }
}

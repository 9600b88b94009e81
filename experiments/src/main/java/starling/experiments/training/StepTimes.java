package starling.experiments.training;

import java.util.Collection;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;
import starling.models.UnfitException;

/** How long steps took, in milliseconds, sorted. */
record StepTimes(List<Double> millis) {
    private static final int POINTS = 400;

    StepTimes {
        if (millis.isEmpty()) {
            throw new UnfitException("a median needs at least one number");
        }
        millis = List.copyOf(millis);
    }

    static StepTimes ofNanos(Collection<Long> nanos) {
        return new StepTimes(nanos.stream().sorted().map(each -> each / 1e6).toList());
    }

    double fastest() {
        return millis.get(0);
    }

    double median() {
        return percentile(50);
    }

    double mean() {
        return millis.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** The smallest that at least {@code percent} of 100 of them do not exceed. */
    double percentile(double percent) {
        int rank = (int) Math.ceil(percent / 100 * millis.size());
        return millis.get(Math.max(1, rank) - 1);
    }

    /** Adds the share of steps that take at most so long. */
    void draw(XYChart chart, String name) {
        int points = Math.min(POINTS, millis.size());
        double[] x = new double[points];
        double[] y = new double[points];
        for (int i = 0; i < points; i++) {
            y[i] = 100.0 * (i + 1) / points;
            x[i] = percentile(y[i]);
        }
        chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
    }
}

package starling.router.trial;

import java.util.ArrayList;
import java.util.List;
import starling.learning.model.Layout;
import starling.learning.settings.Server;

/** How far a trial is: the model, what the optimizer keeps, and the rounds that are done. */
final class Standing {
    private final Layout layout;
    private final List<float[][]> slots = new ArrayList<>();
    private float[] weights;
    private long round;
    private int step;

    Standing(Layout layout, float[] weights, Server server) {
        this.layout = layout;
        this.weights = weights;
        layout.parts().forEach(part -> slots.add(new float[server.optimizer().slots()][part.length()]));
    }

    /** Not to be changed. */
    float[] weights() {
        return weights;
    }

    /** Rounds that are done. */
    long round() {
        return round;
    }

    int step() {
        return step;
    }

    List<float[][]> slots() {
        return slots;
    }

    /** Goes on from elsewhere; what the optimizer keeps is written into {@link #slots}. */
    void at(long otherRound, int otherStep, float[] otherWeights) {
        round = otherRound;
        step = otherStep;
        weights = otherWeights;
    }

    /** A round in which nothing came in. */
    void skip() {
        round++;
    }

    /** Moves the model against a mean update. */
    void move(float[] mean, Server server) {
        step++;
        double rate = server.rate(round);
        float[] moved = weights.clone();
        for (int i = 0; i < layout.parts().size(); i++) {
            Layout.Part part = layout.parts().get(i);
            float[] values = new float[part.length()];
            float[] gradient = new float[part.length()];
            System.arraycopy(moved, part.from(), values, 0, values.length);
            System.arraycopy(mean, part.from(), gradient, 0, gradient.length);
            double decay = part.dimensions() > 1 ? server.optimizer().weightDecay() : 0;
            server.optimizer().move(values, gradient, slots.get(i), rate, decay, step);
            System.arraycopy(values, 0, moved, part.from(), values.length);
        }
        weights = moved;
        round++;
    }
}

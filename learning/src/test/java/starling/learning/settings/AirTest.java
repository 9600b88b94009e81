package starling.learning.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import starling.codes.random.Draw;

class AirTest {
    private static Air air(String channel) {
        return TrialSettings.parse("t", "model: region\ndata: builtin:region\nuplink: {channel: {" + channel + "}}\n")
                .uplink()
                .air();
    }

    /**
     * 20 dB below a mean square of 4: a variance of 0.04, estimated from 100 000 numbers within 3 %, seven standard deviations, beyond which
     * chance alone comes with a probability below 1e-10.
     */
    @Test
    void nodesHearWeightsWithNoiseOfTheirOwn() {
        float[] weights = new float[100_000];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i % 2 == 0 ? 2 : -2;
        }
        Air air = air("downlink: 20");
        float[] heard = air.heard(weights, new Draw(1, 3, 5, 0));
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < weights.length; i++) {
            double error = (double) heard[i] - weights[i];
            sum += error;
            squares += error * error;
        }
        assertEquals(0.04, squares / weights.length, 0.03 * 0.04);
        assertEquals(0, sum / weights.length, 7 * 0.2 / Math.sqrt(weights.length));
        assertArrayEquals(heard, air.heard(weights, new Draw(1, 3, 5, 0)));
        assertFalse(Arrays.equals(heard, air.heard(weights, new Draw(1, 4, 5, 0))), "another node");
        assertFalse(Arrays.equals(heard, air.heard(weights, new Draw(1, 3, 6, 0))), "another round");
    }

    @Test
    void withoutADownlinkTheyHearThemAsTheyAre() {
        float[] weights = {1, 2};
        assertSame(weights, air("snr: 10").heard(weights, new Draw(1, 0, 0, 0)));
    }
}

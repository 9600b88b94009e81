package starling.learning.settings;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.overair.RandomLinearCode;

/**
 * How updates reach the router. A channel use is one component of a complex symbol, in phase or in quadrature: it takes one code number
 * over the air, or (1/2) log2(1 + SNR) bit of a message.
 */
public sealed interface Uplink {
    /**
     * The weight beta of what a node could not send in earlier rounds.
     *
     * @return null where nodes keep nothing
     */
    @Nullable
    Double feedback();

    /** The channel, which for messages only says how many uses they take. */
    Air air();

    /**
     * Every node sends a message of its own.
     *
     * @param codes from the name of a parameter, or {@code *} for all others, to a code by name
     * @param feedback see {@link Uplink#feedback}
     * @param air see {@link Uplink#air}
     */
    record Digital(Map<String, String> codes, @Nullable Double feedback, Air air) implements Uplink {
        /** Channel uses of so many bits, {@link Air#bitsPerNumber} each. */
        public double uses(double bits) {
            return bits / air.bitsPerNumber();
        }
    }

    /**
     * All nodes send at the same time by random linear coding, and the channel adds.
     *
     * @param gain d / m
     * @param perSymbol code numbers on a complex symbol, 1 or 2
     * @param refresh rounds for which the matrix stays
     * @param masked whether agents hide their frames from the router, so that it learns the sum alone; simulated nodes need not
     * @param feedback see {@link Uplink#feedback}
     * @param air see {@link Uplink#air}
     */
    record OverTheAir(
            double gain,
            int perSymbol,
            int refresh,
            boolean masked,
            @Nullable Double feedback,
            Air air) implements Uplink {
        /** The code of a model with d numbers. */
        public RandomLinearCode code(int length) {
            int wanted = (int) Math.max(1, Math.round(length / gain));
            int numbers = Math.min(length, wanted + wanted % perSymbol);
            return new RandomLinearCode(length, numbers - numbers % perSymbol, perSymbol, refresh);
        }

        /** The channel of a code. */
        public MultipleAccessChannel channel(RandomLinearCode code, int nodes) {
            return new MultipleAccessChannel(air.settings(code, nodes));
        }
    }
}

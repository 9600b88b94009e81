package starling.codes.indirect;

import org.jspecify.annotations.Nullable;
import starling.codes.entropy.AdaptiveModel;
import starling.codes.entropy.IntegerModel;
import starling.codes.entropy.RangeDecoder;
import starling.codes.entropy.RangeEncoder;
import starling.codes.random.RandomStream;

/**
 * Range coding of a quantized signal, L rows of w symbols. Signals behind a rectifier are mostly at rest, whole columns of them
 * and in runs; so a symbol's context is how often its column left rest in the rows above (six classes), whether its left
 * neighbour did, and, where there is a dither, the class of that (eight).
 */
final class SignalModel {
    private static final int ACTIVITIES = 6;
    private static final int DITHERS = 8;

    private final AdaptiveModel model;
    private final int rest;
    private final @Nullable RandomStream dither;
    private final int[] active;
    private final int width;
    private int place;
    private boolean left;

    /**
     * @param symbols 0 to symbols - 1
     * @param rest the symbol of a signal at rest
     * @param dither of the symbols by place, or null
     */
    SignalModel(int width, int symbols, int rest, @Nullable RandomStream dither) {
        this.width = width;
        this.rest = rest;
        this.dither = dither;
        active = new int[width];
        model = new AdaptiveModel(symbols, ACTIVITIES * 2 * DITHERS);
    }

    void encode(RangeEncoder encoder, int symbol) {
        model.encode(encoder, context(), symbol);
        learn(symbol);
    }

    int decode(RangeDecoder decoder) {
        int symbol = model.decode(decoder, context());
        learn(symbol);
        return symbol;
    }

    private int context() {
        int row = place / width;
        int count = active[place % width];
        int activity;
        if (row == 0) {
            activity = 0;
        } else if (count == 0) {
            activity = row < 4 ? 1 : 2;
        } else if (8 * count <= row) {
            activity = 3;
        } else {
            activity = 2 * count <= row ? 4 : 5;
        }
        int context = activity * 2 + (left ? 1 : 0);
        return context * DITHERS + (dither == null ? 0 : IntegerModel.ditherContext(dither.dither(place), DITHERS));
    }

    private void learn(int symbol) {
        boolean moved = symbol != rest;
        active[place % width] += moved ? 1 : 0;
        place++;
        left = moved && place % width != 0;
    }
}

package starling.codes.conformance;

import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.GradientEncoder;
import starling.codes.gradient.SideInformationCode;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/** A code with its way back, whether or not the receiver holds something close to the vector. */
record Subject(GradientEncoder encoder, Decoder decoder, double closeness) {

    interface Decoder {
        void decode(byte[] message, Draw draw, float[] side, float[] into, int from, int to);
    }

    static Subject of(GradientCode code) {
        return new Subject(
                code, (message, draw, side, into, from, to) -> code.decode(message, draw, into, from, to), 0);
    }

    static Subject of(SideInformationCode code, double closeness) {
        return new Subject(code, code::decode, closeness);
    }

    /** A vector whose numbers are within closeness times the largest magnitude of those of x. */
    float[] side(float[] x, long seed) {
        RandomStream stream = new RandomStream(seed).branch(77);
        float[] side = x.clone();
        double reach = closeness == 0 ? 0 : 1.999 * closeness * Finite.largest(x, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            side[i] = Finite.nearest(x[i] + reach * stream.dither(i));
        }
        return side;
    }

    float[] decode(byte[] message, Draw draw, float[] side) {
        float[] into = new float[side.length];
        decoder.decode(message, draw, side, into, 0, side.length);
        return into;
    }

    /** There and back; the side information is drawn anew for each draw. */
    float[] roundTrip(float[] x, Draw draw) {
        return decode(encoder.encode(x, draw), draw, side(x, draw.seed() + 31 * draw.node() + 17 * draw.round()));
    }
}

package starling.codes.indirect;

import starling.codes.random.Draw;

/**
 * A code for the factors of a dense layer's gradient. All that the receiver needs beside the shape, the draw and the settings
 * is in the message. Implementations are immutable and may be used by several threads; the same arguments give the same bytes on
 * every machine.
 */
public interface IndirectCode {

    /** The code's name with its settings, such as {@code dithered-isgq(1,1)}. */
    String name();

    /**
     * The message of a layer's signals, which are not changed.
     *
     * @throws IllegalArgumentException when one of them is not finite
     */
    byte[] encode(LayerSignals signals, Draw draw);

    /**
     * The quantized signals; {@link LayerSignals#gradient} of them is the gradient that was meant.
     *
     * @throws starling.codes.MalformedMessageException when no encoder makes this message for this shape
     */
    LayerSignals decode(byte[] message, Draw draw, LayerShape shape);
}

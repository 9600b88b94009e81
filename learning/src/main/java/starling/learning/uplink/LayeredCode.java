package starling.learning.uplink;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import starling.codes.MalformedMessageException;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;
import starling.learning.model.Layout;

/**
 * A code for each parameter of a model, or one for the whole model as one vector. A message of parts has the length of each in
 * four bytes before it; that of one part is the part's alone. Parts draw from streams of their own.
 */
public final class LayeredCode implements GradientCode {
    private final List<Layout.Part> parts;
    private final List<GradientCode> codes;
    private final int length;

    private LayeredCode(List<Layout.Part> parts, List<GradientCode> codes, int length) {
        this.parts = parts;
        this.codes = codes;
        this.length = length;
    }

    /**
     * The codes of a model.
     *
     * @param names from a parameter's name, {@link CodeNames#OTHERS} or {@link CodeNames#WHOLE} to a code's
     * @throws IllegalArgumentException when a parameter has no code, or a name is no parameter's
     */
    public static LayeredCode of(Layout layout, Map<String, String> names) {
        Map<String, String> left = new LinkedHashMap<>(names);
        String whole = left.remove(CodeNames.WHOLE);
        if (whole != null) {
            return new LayeredCode(
                    List.of(new Layout.Part(CodeNames.WHOLE, 0, layout.length(), 1)),
                    List.of(CodeNames.parse(whole)),
                    layout.length());
        }
        String others = left.remove(CodeNames.OTHERS);
        List<GradientCode> codes = new ArrayList<>();
        for (Layout.Part part : layout.parts()) {
            String own = left.remove(part.name());
            String name = own == null ? others : own;
            if (name == null) {
                throw new IllegalArgumentException(
                        "every parameter needs a code, of its own or by '*': '" + part.name() + "' has none");
            }
            codes.add(CodeNames.parse(name));
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("codes are for the parameters "
                    + layout.parts().stream().map(Layout.Part::name).collect(Collectors.joining(", ")) + " and '*': '"
                    + left.keySet().iterator().next() + "' is none of them");
        }
        return new LayeredCode(layout.parts(), codes, layout.length());
    }

    @Override
    public String name() {
        return codes.stream().map(GradientCode::name).distinct().collect(Collectors.joining("+"));
    }

    @Override
    public Properties properties(int numbers) {
        check(0, numbers);
        boolean unbiased = true;
        boolean independent = true;
        boolean entropyCoded = false;
        double variance = 0;
        double bits = parts.size() == 1 ? 0 : Integer.SIZE * parts.size();
        for (int i = 0; i < parts.size(); i++) {
            Properties one = codes.get(i).properties(parts.get(i).length());
            unbiased &= one.unbiased();
            independent &= one.errorIndependent();
            entropyCoded |= one.entropyCoded();
            variance = Math.max(variance, one.varianceBound());
            bits += one.rawBits();
        }
        return new Properties(unbiased, independent, variance, bits, entropyCoded);
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        check(from, to);
        List<byte[]> messages = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < parts.size(); i++) {
            Layout.Part part = parts.get(i);
            byte[] message =
                    codes.get(i).encode(vector, from + part.from(), from + part.from() + part.length(), of(draw, i));
            messages.add(message);
            bytes = Math.addExact(bytes, Integer.BYTES + message.length);
        }
        if (messages.size() == 1) {
            return messages.get(0);
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        messages.forEach(message -> all.putInt(message.length).put(message));
        return all.array();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        check(from, to);
        ByteBuffer all = ByteBuffer.wrap(message);
        for (int i = 0; i < parts.size(); i++) {
            Layout.Part part = parts.get(i);
            byte[] one = parts.size() == 1 ? message : next(all, part);
            codes.get(i).decode(one, of(draw, i), into, from + part.from(), from + part.from() + part.length());
        }
        if (parts.size() > 1 && all.hasRemaining()) {
            throw new MalformedMessageException(
                    "a message must end with its last part: " + all.remaining() + " bytes are left");
        }
    }

    private static byte[] next(ByteBuffer all, Layout.Part part) {
        int length = all.remaining() < Integer.BYTES ? -1 : all.getInt();
        if (length < 0 || length > all.remaining()) {
            throw new MalformedMessageException("the part of '" + part.name() + "' must be in the message: " + length
                    + " bytes of " + all.remaining());
        }
        byte[] one = new byte[length];
        all.get(one);
        return one;
    }

    private Draw of(Draw draw, int part) {
        return parts.size() == 1
                ? draw
                : new Draw(new RandomStream(draw.seed()).branch(part).bits(0), draw.node(), draw.round(), draw.block());
    }

    private void check(int from, int to) {
        if (to - from != length) {
            throw new IllegalArgumentException("an update has " + length + " numbers: " + (to - from));
        }
    }
}

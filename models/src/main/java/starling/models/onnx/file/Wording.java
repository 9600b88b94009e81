package starling.models.onnx.file;

import java.util.List;

/** Words for error sentences: names from files are quoted, cut and stripped of control characters. */
final class Wording {
    private static final int LONGEST_NAME = 80;
    private static final int LONGEST_SHAPE = 8;

    private Wording() {}

    static String quote(String name) {
        return "'" + plain(name) + "'";
    }

    static String plain(String name) {
        StringBuilder plain = new StringBuilder();
        int end = Math.min(name.length(), LONGEST_NAME);
        for (int i = 0; i < end; i++) {
            char c = name.charAt(i);
            plain.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return plain.append(end < name.length() ? "..." : "").toString();
    }

    static String shape(List<Long> dims) {
        if (dims.size() <= LONGEST_SHAPE) {
            return dims.toString();
        }
        String head = dims.subList(0, LONGEST_SHAPE).toString();
        return head.substring(0, head.length() - 1) + ", ... (" + dims.size() + " dimensions)]";
    }

    static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }
}

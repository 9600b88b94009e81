package starling.models.data;

/** The numbers of all samples in their source's own size: bytes stay bytes. Never written after construction. */
sealed interface Values {
    /** The number at this place. */
    float get(int at);

    int length();

    /** No number is below this. */
    float least();

    /** No number is above this. */
    float most();

    /** These values, then those of {@code next}, which must be of the same type. */
    Values then(Values next);

    /** Unsigned bytes, 0 to 255. */
    @SuppressWarnings("ArrayRecordComponent") // a view of memory that is read only, compared by nobody
    record Bytes(byte[] bytes) implements Values {
        @Override
        public float get(int at) {
            return bytes[at] & 0xff;
        }

        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        public float least() {
            return 0;
        }

        @Override
        public float most() {
            return 255;
        }

        @Override
        public Values then(Values next) {
            byte[] more = ((Bytes) next).bytes;
            byte[] all = new byte[Math.addExact(bytes.length, more.length)];
            System.arraycopy(bytes, 0, all, 0, bytes.length);
            System.arraycopy(more, 0, all, bytes.length, more.length);
            return new Bytes(all);
        }
    }

    /** Floats, each finite. */
    @SuppressWarnings("ArrayRecordComponent") // a view of memory that is read only, compared by nobody
    record Floats(float[] floats) implements Values {
        @Override
        public float get(int at) {
            return floats[at];
        }

        @Override
        public int length() {
            return floats.length;
        }

        @Override
        public float least() {
            float least = floats[0];
            for (float value : floats) {
                least = Math.min(least, value);
            }
            return least;
        }

        @Override
        public float most() {
            float most = floats[0];
            for (float value : floats) {
                most = Math.max(most, value);
            }
            return most;
        }

        @Override
        public Values then(Values next) {
            float[] more = ((Floats) next).floats;
            float[] all = new float[Math.addExact(floats.length, more.length)];
            System.arraycopy(floats, 0, all, 0, floats.length);
            System.arraycopy(more, 0, all, floats.length, more.length);
            return new Floats(all);
        }
    }
}

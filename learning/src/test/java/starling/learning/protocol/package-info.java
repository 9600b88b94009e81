@NullMarked
package starling.learning.protocol;

import org.jspecify.annotations.NullMarked;

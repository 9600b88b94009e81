@NullMarked
package starling.learning.product;

import org.jspecify.annotations.NullMarked;

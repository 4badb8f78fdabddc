package dev.agentgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The words that a setting accepts, or that the items of its list may be. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface OneOf {
  String[] value();

  /** A singular noun for such a word. */
  String kind();
}

// The parts of the library that the page uses, under one name for every module.
export {
  Component, createContext, html, render, useCallback, useContext, useEffect, useErrorBoundary,
  useLayoutEffect, useMemo, useReducer, useRef, useState,
} from './lib/standalone.module.js';
